// docker-bake.hcl: variables and their types, functions, matrix, blocks that name each other.
#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/bake/bake_file.h"

namespace cooper::bake {
namespace {

using Texts = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

BakeFile parse(const std::string& text, const Variables& environment = {},
               const Variables& given = {}) {
  Surroundings surroundings{[&environment](std::string_view name) -> std::optional<std::string> {
    const auto found = environment.find(std::string(name));
    return found == environment.end() ? std::nullopt : std::optional(found->second);
  }};
  surroundings.given = given;
  surroundings.builtins["BAKE_LOCAL_PLATFORM"] = "linux/amd64";
  return parse_bake_files({{text, "docker-bake.hcl"}}, surroundings, {});
}

std::string argument(const BakeFile& file, const std::string& target, const std::string& name) {
  return file.targets.at(target).args.at(name).value_or("null");
}

std::string error_of(const std::string& text, const Variables& environment = {}) {
  try {
    static_cast<void>(parse(text, environment));
  } catch (const base::Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    if (!error.spot()) return error.cause() + hint;
    return std::to_string(error.spot()->line) + ":" + std::to_string(error.spot()->column) + " " +
           error.cause() + hint;
  }
  return "no error";
}

TEST_CASE("a file in HCL") {
  const BakeFile file = parse(R"(
variable "TAG" { default = "1.0" }
function "tag" {
  params = [name]
  variadic_params = more
  result = "r/${name}:${join("-", concat([TAG], more))}"
}
group "default" { targets = ["app"] }
target "base" { args = { A = 1 } }
target "app" {
  inherits = ["base"]
  tags = [tag("app"), tag("app", "x")]
  args = { B = upper(TAG), PLATFORM = BAKE_LOCAL_PLATFORM }
  secret = [{ id = "s", src = "f" }, "id=t,env=T"]
  output = ["type=oci,dest=o"]
}
)");
  CHECK(file.groups.at("default").targets == Texts{"app"});
  CHECK(file.targets.at("app").tags == Texts{"r/app:1.0", "r/app:1.0-x"});
  CHECK(argument(file, "app", "A") == "1");
  CHECK(argument(file, "app", "PLATFORM") == "linux/amd64");
  CHECK(file.targets.at("app").secrets == Texts{"id=s,src=f", "id=t,env=T"});
  CHECK(file.targets.at("app").written.at("tags").line == 12);
}

TEST_CASE("optional attributes of an object may be left out") {
  const std::string text = R"(
variable "O" {
  type = object({a = string, b = optional(number), c = optional(list(string))})
  default = {a = 1, b = "2"}
}
target "x" { args = { v = jsonencode(O) } }
)";
  CHECK(argument(parse(text), "x", "v") == R"({"a":"1","b":2,"c":null})");
  CHECK(error_of("variable \"V\" { type = optional(string) }\n")
            .starts_with("1:23 'optional' is only for the attributes of an object ["));
  CHECK(error_of("variable \"V\" { type = object({a = optional(string, \"x\")}) }\n")
            .starts_with("1:35 'optional' takes one argument, the type of the attribute ["));
}

TEST_CASE("variables take the environment as their type or their default wants") {
  const std::string text = R"(
variable "N" { default = 3 }
variable "B" { default = true }
variable "S" { default = null }
variable "L" { type = list(number) }
variable "M" { type = map(string) }
variable "T" { type = tuple([string, bool]) }
variable "O" { type = object({a = string}) }
variable "U" {}
target "x" { args = { v = jsonencode([N, B, S, L, M, T, O, U]), n = N > 2 ? "more" : "less" } }
)";
  CHECK(argument(parse(text), "x", "v") == R"([3,true,null,null,null,null,null,""])");
  const BakeFile file = parse(text, {{"N", "1"},
                                     {"B", "0"},
                                     {"S", "s"},
                                     {"L", "1,2"},
                                     {"M", "a:1,b:2"},
                                     {"T", "x,true"},
                                     {"O_JSON", R"({"a": "b", "c": 1})"},
                                     {"U", "u"}});
  CHECK(argument(file, "x", "v") ==
        R"([1,false,"s",[1,2],{"a":"1","b":"2"},["x",true],{"a":"b"},"u"])");
  CHECK(argument(file, "x", "n") == "less");
  CHECK(argument(parse(text, {{"N", "9"}}, {{"N", "2"}}), "x", "n") == "less");
  CHECK(error_of(text, {{"N", "x"}}) ==
        "2:10 the value given to variable 'N' must be a number, not 'x'");
  CHECK(error_of(text, {{"B", "x"}}) ==
        "3:10 the value given to variable 'B' must be true or false, not 'x'");
  CHECK(error_of(text, {{"L", "1,x"}}) ==
        "5:10 the value given to variable 'L' must be a number, not 'x'");
  CHECK(error_of(text, {{"M", "a"}}) ==
        "6:10 the value given to variable 'M' must have fields of the form KEY:VALUE, not 'a'");
  CHECK(error_of(text, {{"T", "a"}}) == "7:10 the value given to variable 'T' has 1 fields, not 2");
  CHECK(
      error_of(text, {{"O", "a"}}) ==
      "8:10 the value given to variable 'O' cannot be a plain text: the type is object [give it as "
      "JSON in O_JSON]");
  CHECK(error_of(text, {{"O_JSON", "{"}}) ==
        "8:10 the value given to variable 'O' as JSON cannot be used: expected a key in quotes");
}

TEST_CASE("validations") {
  const std::string text = R"(
variable "V" {
  default = "1.2"
  validation {
    condition = regex("^[0-9]", V) != ""
    error_message = "V begins with a digit, not '${V}'"
  }
  validation { condition = strlen(V) < 5 }
}
target "x" {}
)";
  CHECK(error_of(text) == "no error");
  CHECK(error_of(text, {{"V", "12345"}}) == "8:38 variable 'V': the value is not valid");
}

TEST_CASE("a matrix makes targets and a group of them") {
  const BakeFile file = parse(R"(
target "app" {
  name = "app-${sanitize(v)}-${m.n}"
  matrix = { v = ["1.0", "2.0"], m = [{ n = "a" }, { n = "b" }] }
  args = { V = v, N = m.n }
}
target "other" { args = { V = target.app-2_0-b.args.V } }
)");
  CHECK(file.targets.size() == 5);
  CHECK(file.groups.at("app").targets.size() == 4);
  CHECK(argument(file, "app-2_0-b", "V") == "2.0");
  CHECK(argument(file, "other", "V") == "2.0");
}

TEST_CASE("attributes of other blocks") {
  const BakeFile file = parse(R"(
x = target.a.dockerfile
target "a" {
  dockerfile = "d"
  context = target.b.context
  output = ["type=oci,dest=o"]
}
target "b" {
  context = "c-${x}"
  target = target.a.output[0].type
  network = target.a.network
}
target "c" { tags = [target.a.name, group.g.targets[0]] }
group "g" { targets = ["a"] }
)");
  CHECK(file.targets.at("a").context == "c-d");
  CHECK(file.targets.at("b").target == "oci");
  CHECK_FALSE(file.targets.at("b").network.has_value());
  CHECK(file.targets.at("c").tags == Texts{"a"});  // each once
}

struct Case {
  const char* text;
  const char* expected;
};

const Case kErrors[] = {
    {"targt \"x\" {}", "1:1 unknown block 'targt' [did you mean 'target'?]"},
    {"target {}", "1:1 a target needs one name [write target \"name\" { ... }]"},
    {"target \"a b\" {}",
     "1:8 invalid name of a target: 'a b' [a name has letters, digits, '-' and '_']"},
    {"target = 1", "1:1 'target' is a block [write target \"name\" { ... }]"},
    {"target \"x\" {\n  args {}\n}",
     "2:3 a target has no block 'args' [an object is written args = { ... }]"},
    {"target \"x\" { tags = [{}] }",
     "1:22 each of 'tags' of target 'x' must be a string, not an object"},
    {"target \"x\" { name = \"y\" }", "1:14 'name' needs a matrix [the name is x]"},
    {"target \"x\" {\n  matrix = [1]\n}", "2:12 a matrix must be an object of lists, not a list"},
    {"target \"x\" {\n  matrix = { a = \"b\" }\n}",
     "2:18 'a' of a matrix must be a list, not a string"},
    {"target \"x\" {\n  matrix = { a = [1, 2] }\n}",
     "1:8 the matrix makes the name 'x' twice [name = ... must tell the targets apart]"},
    {"target \"x\" {\n  name = a\n  matrix = { a = [\"1.0\"] }\n}",
     "2:10 invalid name of a target: '1.0' [a name has letters, digits, '-' and '_'; sanitize() "
     "makes one]"},
    {"target \"x\" {\n  name = \"x${a}${b}\"\n  matrix = { a = range(100), b = range(100) }\n}",
     "3:3 a matrix makes more than 1000 targets"},
    {"group \"g\" {}", "1:7 group 'g' needs 'targets'"},
    {"group \"g\" {\n  name = \"x\"\n  targets = []\n}",
     "2:3 'name' of group 'g' is not supported: only targets have it"},
    {"variable \"A\" { default = B }\nvariable \"B\" { default = A }\n",
     "2:26 the variable 'A' refers to itself"},
    {"variable \"A\" { type = list(strin) }",
     "1:28 there is no type 'strin' [types are any, string, "
     "number, bool, list(TYPE), set(TYPE), map(TYPE), tuple([TYPE, ...]) and object({NAME = TYPE, "
     "...})]"},
    {"variable \"A\" {\n  type = number\n  default = \"x\"\n}",
     "3:13 the default of variable 'A': a number is required, not a string"},
    {"target \"a\" { context = target.b.context }\ntarget \"b\" { context = target.a.context }",
     "1:14 'context' of target 'a' refers to itself"},
    {"target \"a\" { context = target.c.context }",
     "1:33 there is no target 'c' [did you mean 'a'?]"},
    {"target \"a\" { context = target.a.contex }",
     "1:33 a target has no attribute 'contex' [did you mean 'context'?]"},
    {"target \"a\" { context = target }",
     "1:24 'target' cannot be used without a name [write target.NAME.ATTRIBUTE]"},
    {"function \"f\" {\n  params = [x]\n  result = f(x)\n}\ntarget \"a\" { context = f(1) }",
     "3:12 the function 'f' calls itself"},
    {"function \"f\" { params = [] }", "1:10 function 'f' needs 'result'"},
    {"function \"f\" {\n  params = [x]\n  result = x\n}\ntarget \"a\" { context = f() }",
     "5:24 f() takes 1 argument, not 0"},
};

TEST_CASE("errors name their place") {
  for (const Case& item : kErrors) {
    CAPTURE(std::string(item.text));
    CHECK(error_of(item.text) == item.expected);
  }
}

TEST_CASE("--list") {
  const BakeFile file = parse(R"(
variable "A" {
  type = list(string)
  default = ["x"]
  description = "what"
}
variable "B" { default = null }
group "g" {
  targets = ["t", "_p"]
  description = "both"
}
target "t" { description = "one" }
target "_p" {}
)");
  CHECK(list_variables(file, false) ==
        "VARIABLE\tTYPE\tVALUE\tDESCRIPTION\nA\tlist of string\t[\"x\"]\twhat\nB\t\t<null>\t\n");
  CHECK(list_targets(file, false) == "TARGET\tDESCRIPTION\ng\tboth (_p, t)\nt\tone\n");
  CHECK(list_targets(file, true) == R"json([
  {
    "name": "g",
    "description": "both (_p, t)",
    "group": true
  },
  {
    "name": "t",
    "description": "one"
  }
]
)json");
  CHECK(list_variables(file, true).find("\"type\": \"list of string\"") != std::string::npos);
}

}  // namespace
}  // namespace cooper::bake
