// Compose files as bake files: build sections, interpolation, .env, YAML, merging.
#include <doctest/doctest.h>

#include <fstream>
#include <iterator>

#include "base/error.h"
#include "builder/bake/bake_file.h"

namespace cooper::bake {
namespace {

using Texts = std::vector<std::string>;

std::string read_data(const std::string& name) {
  std::ifstream in(std::string(COOPER_TEST_DATA "/bake/") + name, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<std::string> variable(std::string_view name) {
  if (name == "HOME") return "/home/x";
  if (name == "A") return "a";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

BakeFile parse(const std::vector<BakeInput>& files, const std::string& dot_env = {}) {
  Surroundings surroundings{variable};
  if (!dot_env.empty()) surroundings.dot_env = BakeInput{dot_env, ".env"};
  return parse_bake_files(files, surroundings, {});
}

Target service(const std::string& build, const std::string& dot_env = {}) {
  return parse({{"services:\n  x:\n    build:\n" + build, "compose.yaml"}}, dot_env)
      .targets.at("x");
}

std::string error_of(const std::string& text, const std::string& dot_env = {}) {
  try {
    static_cast<void>(parse({{text, "compose.yaml"}}, dot_env));
  } catch (const base::Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    if (!error.spot()) return error.cause() + hint;
    return error.spot()->file + ":" + std::to_string(error.spot()->line) + ":" +
           std::to_string(error.spot()->column) + " " + error.cause() + hint;
  }
  return "no error";
}

TEST_CASE("--print of a compose file agrees with buildx") {
  const BakeFile file = parse({{read_data("compose.yaml"), "compose.yaml"}});
  CHECK(print_json(file, {}) + "\n" == read_data("compose.expected.json"));
}

TEST_CASE("interpolation") {
  const Target target = service(
      "      args:\n        a: $A${A}\n        b: ${NOPE:-${A}-d}\n        c: ${EMPTY-d}\n"
      "        d: ${EMPTY:-d}\n        e: ${A:+yes}${NOPE+no}\n        f: $$A $${A}\n        g: "
      "x${NOPE}y\n");
  const auto value = [&target](const char* name) { return target.args.at(name).value_or("null"); };
  CHECK(value("a") == "aa");
  CHECK(value("b") == "a-d");
  CHECK(value("c").empty());
  CHECK(value("d") == "d");
  CHECK(value("e") == "yes");
  CHECK(value("f") == "$A ${A}");
  CHECK(value("g") == "xy");
}

TEST_CASE(".env gives what the environment does not") {
  const std::string dot_env =
      "# comment\nexport B=b # more\nA=other\nC=\"x ${B}\\n\"\nD='$B'\nE = e\nF=\"1\n2\"\nG\n";
  const Target target =
      service("      args: {a: $A, b: $B, c: $C, d: $D, e: $E, f: $F, B: }\n", dot_env);
  const auto value = [&target](const char* name) { return target.args.at(name).value_or("null"); };
  CHECK(value("a") == "a");
  CHECK(value("b") == "b");
  CHECK(value("c") == "x b\n");
  CHECK(value("d") == "$B");
  CHECK(value("e") == "e");
  CHECK(value("f") == "1\n2");
  CHECK(value("B") == "b");
}

TEST_CASE("YAML: scalars, anchors, merge keys") {
  const Target target =
      parse(
          {{"x-a: &a {A: '1', B: 0x10}\nservices:\n  x:\n    build:\n      args:\n"
            "        <<: *a\n        A: !!str 2\n        C: 1_000\n        D: .5\n        E: yes\n"
            "        F: 0o17\n        G: -1.50\n        H: .\n        I: True\n",
            "compose.yaml"}})
          .targets.at("x");
  const std::map<std::string, std::optional<std::string>> expected{
      {"A", "2"},  {"B", "16"},   {"C", "1000"}, {"D", "0.5"}, {"E", "yes"},
      {"F", "15"}, {"G", "-1.5"}, {"H", "."},    {"I", "true"}};
  CHECK(target.args == expected);
}

TEST_CASE("several files are merged, and bake files go over them") {
  const BakeFile file =
      parse({{"services:\n  x:\n    build: ./a\n    image: i\n  y: {image: z}\n", "compose.yaml"},
             {"target \"x\" {\n  args = { V = 1 }\n}\n", "docker-bake.hcl"},
             {"services:\n  x:\n    build:\n      args: [B=2, C]\n      tags: [t]\n", "b.yml"}});
  const Target& x = file.targets.at("x");
  CHECK(x.context == "a");
  CHECK(x.args == std::map<std::string, std::optional<std::string>>{{"B", "2"}, {"V", "1"}});
  CHECK(x.tags == Texts{"t"});
  CHECK(file.targets.count("y") == 0);
  CHECK(file.groups.at("default").targets == Texts{"x"});
}

TEST_CASE("the language of a name without an end") {
  CHECK(parse({{"services: {x: {build: .}}", "-"}}).targets.count("x") == 1);
  CHECK(parse({{" {\"target\": {\"x\": {}}}", "-"}}).targets.count("x") == 1);
  CHECK(parse({{"target \"x\" {}", "-"}}).targets.count("x") == 1);
}

struct Case {
  const char* text;
  const char* expected;
};

const Case kErrors[] = {
    {"services: [}", "compose.yaml:1:12 not valid YAML: did not find expected node content"},
    {"services: [", "compose.yaml:1:12 not valid YAML: did not find expected node content"},
    {"- a", "compose.yaml:1:1 a compose file must be a mapping, not a list"},
    {"a: 1\na: 2", "compose.yaml:2:1 the key 'a' is there twice"},
    {"servics: {}",
     "compose.yaml:1:1 unknown key 'servics' in a compose file [did you mean 'services'?]"},
    {"a: *b", "compose.yaml:1:4 there is no anchor 'b' before this"},
    {"a: 1\n---\nb: 2", "compose.yaml:2:1 a second document is not supported"},
    {"services: {x: {build: !reset null}}", "compose.yaml:1:23 the tag '!reset' is not supported"},
    {"include: [a]", "compose.yaml:1:1 'include' is not supported [name the files with -f]"},
    {"services: {x: {extends: y}}", "compose.yaml:1:25 'extends' of service 'x' is not supported"},
    {"services: [a]", "compose.yaml:1:11 'services' must be a mapping, not a list"},
    {"services: {x: {build: [a]}}", "compose.yaml:1:23 'build' must be a string, not a list"},
    {"services: {x: {build: {contxt: a}}}",
     "compose.yaml:1:24 unknown key 'contxt' in the build section of service 'x' [did you mean "
     "'context'?]"},
    {"services: {x: {build: {args: [[a]]}}}",
     "compose.yaml:1:31 each of 'args' must be a string, not a list"},
    {"services: {x: {build: {secrets: [s]}}}",
     "compose.yaml:1:34 there is no secret 's' [define it below 'secrets' at the top of the file]"},
    {"services: {x: {build: {secrets: [s]}}}\nsecrets: {s: {external: true}}",
     "compose.yaml:2:25 the secret 's' is external, which is not supported"},
    {"services: {x: {build: {shm_size: big}}}",
     "compose.yaml:1:34 'shm_size' of service 'x' must be a size like 64m, not 'big'"},
    {"services: {x: {build: {args: {a: \"${\"}}}}",
     "compose.yaml:1:34 '$' begins no variable [write $$ for a plain $]"},
    {"services: {x: {build: {args: {a: \"${A\"}}}}",
     "compose.yaml:1:34 '$' begins no variable [write $$ for a plain $]"},
    {"services: {x: {build: {args: {a: \"${NO:?say it}\"}}}}",
     "compose.yaml:1:34 the variable 'NO' has no value: say it"},
    {"services: {x: {env_file: e, build: {args: [V]}}}",
     "compose.yaml:1:26 'env_file' is not read, but the argument 'V' of service 'x' has no value "
     "[give "
     "the argument a value]"},
    {"services: {x: {build: {x-bake: {tag: a}}}}",
     "compose.yaml:1:33 unknown key 'tag' in 'x-bake' of service 'x' [did you mean 'tags'?]"},
};

TEST_CASE("errors name their place") {
  for (const Case& item : kErrors) {
    CAPTURE(std::string(item.text));
    CHECK(error_of(item.text) == item.expected);
  }
  CHECK(error_of("services: {}", "A=1\n=2\n") == ".env:2:1 expected NAME=value");
  CHECK(error_of("services: {}", "A=\"1\n") == ".env:1:1 a quote is not closed");
  CHECK(error_of("a: " + std::string(200, '[')).find("nested deeper than 64 levels") !=
        std::string::npos);
  std::string laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'j'; ++c) {
    laughs += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i)
      laughs += std::string(i == 0 ? "*" : ",*") + static_cast<char>(c - 1);
    laughs += "]\n";
  }
  CHECK(error_of(laughs).find("more than 100000 values") != std::string::npos);
}

}  // namespace
}  // namespace cooper::bake
