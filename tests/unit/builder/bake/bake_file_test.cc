// docker-bake.json: blocks, variables, inherits, and what is refused where.
#include "builder/bake/bake_file.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::bake {
namespace {

using Texts = std::vector<std::string>;

std::optional<std::string> variable(std::string_view name) {
  if (name == "VERSION") return "1.2";
  if (name == "FROM_ENV") return "e";
  if (name == "EMPTY") return "";
  return std::nullopt;
}

BakeFile parse(const std::string& text, const Texts& sets = {}) {
  std::vector<Override> overrides;
  for (const std::string& set : sets) overrides.push_back(parse_override(set));
  return parse_bake_files({{text, "docker-bake.json"}}, {variable}, overrides);
}

Target target(const std::string& body, const Texts& sets = {}) {
  return parse("{\"target\": {\"x\": " + body + "}}", sets).targets.at("x");
}

std::string error_of(const std::string& text, const std::string& file_name = "docker-bake.json") {
  try {
    static_cast<void>(parse_bake_files({{text, file_name}}, {variable}, {}));
  } catch (const base::Error& error) {
    const std::string hint = error.hint().empty() ? "" : " [" + error.hint() + "]";
    if (!error.spot()) return error.cause() + hint;
    return std::to_string(error.spot()->line) + ":" + std::to_string(error.spot()->column) + " " +
           error.cause() + hint;
  }
  return "no error";
}

TEST_CASE("a target has defaults") {
  const Target empty = target("{}");
  CHECK(empty.name == "x");
  CHECK(empty.context == ".");
  CHECK(empty.dockerfile == "Dockerfile");
  CHECK(empty.args.empty());
  CHECK_FALSE(empty.target.has_value());
}

TEST_CASE("all fields are read") {
  const Target full =
      target(R"({"context": "c", "dockerfile": "d", "dockerfile-inline": "FROM x", "target": "t",
    "contexts": {"a": "target:b", "gone": ""}, "args": {"A": "1", "N": 8080, "T": true, "Z": null},
    "labels": {"l": "v"}, "tags": ["a", "", "b", "a"], "platforms": ["linux/amd64"], "annotations": ["k=v"],
    "output": ["type=oci,dest=o"], "secret": ["id=s,src=f"], "ssh": ["default"], "cache-from": ["type=local,src=c"],
    "cache-to": ["user/img"], "no-cache": true, "pull": "false", "no-cache-filter": ["s"], "network": "host",
    "entitlements": ["security.insecure"], "description": "what", "call": "check", "//": "a comment",
    "attest": ["type=sbom", {"type": "provenance", "disabled": true}], "shm-size": "1m", "ulimits": ["nofile=1"],
    "extra-hosts": {"h": "1.2.3.4"}, "resources": {"memory": "2g"}, "policy": [{"filename": "p"}]})");
  CHECK(full.context == "c");
  CHECK(full.dockerfile == "d");
  CHECK(full.dockerfile_inline == "FROM x");
  CHECK(full.target == "t");
  CHECK(full.contexts == std::map<std::string, std::string>{{"a", "target:b"}});
  CHECK(full.args == std::map<std::string, std::optional<std::string>>{
                         {"A", "1"}, {"N", "8080"}, {"T", "true"}});
  CHECK(full.labels.at("l") == "v");
  CHECK(full.tags == Texts{"a", "b"});
  CHECK(full.platforms == Texts{"linux/amd64"});
  CHECK(full.outputs == Texts{"type=oci,dest=o"});
  CHECK(full.secrets == Texts{"id=s,src=f"});
  CHECK(full.ssh == Texts{"default"});
  CHECK(full.cache_from == Texts{"type=local,src=c"});
  CHECK(full.cache_to == Texts{"type=registry,ref=user/img"});
  CHECK(full.no_cache == true);
  CHECK(full.pull == false);
  CHECK(full.entitlements == Texts{"security.insecure", "network.host"});
  CHECK(full.description == "what");
  CHECK(full.call == "check");
  CHECK(full.attests == Texts{"type=sbom", "type=provenance,disabled=true"});
  CHECK(full.shm_size == "1m");
  CHECK(full.ulimits == Texts{"nofile=1"});
  CHECK(full.extra_hosts == std::map<std::string, std::string>{{"h", "1.2.3.4"}});
  CHECK(full.resources.has_value());
  CHECK(full.policies.size() == 1);
  CHECK(full.written.at("shm-size").line == 7);
}

TEST_CASE("objects, texts and lists where either is taken") {
  const Target objects =
      target(R"({"tags": "a", "secret": [{"id": "s", "src": "f"}, "type=env,id=e,src=V"],
    "output": [{"type": "oci", "dest": "a,b"}, "out", "-"], "ssh": [{"id": "k", "paths": ["/p", "/q"]}],
    "cache-from": [{"type": "registry", "ref": "r"}]})");
  CHECK(objects.tags == Texts{"a"});
  CHECK(objects.secrets == Texts{"id=s,src=f", "id=e,env=V"});
  CHECK(objects.outputs ==
        Texts{"type=oci,\"dest=a,b\"", "type=local,dest=out", "type=tar,dest=-"});
  CHECK(objects.ssh == Texts{"k=/p,/q"});
  CHECK(objects.cache_from == Texts{"type=registry,ref=r"});
}

TEST_CASE("inherits: maps join, some lists add up, the rest is replaced") {
  const BakeFile file = parse(R"({"target": {
    "a": {"args": {"A": "a", "B": "a"}, "tags": ["a"], "annotations": ["a"], "secret": ["id=a"], "platforms": ["p/a"],
          "labels": {"x": "1"}, "context": "a", "target": "a", "cache-from": ["a"], "cache-to": ["a"], "output": ["a"],
          "no-cache-filter": ["a"], "entitlements": ["a"], "description": "a"},
    "b": {"inherits": ["a"], "args": {"B": "b", "A": null}, "annotations": ["b"], "secret": ["id=b"], "tags": []},
    "c": {"inherits": ["a", "b"], "context": "c", "labels": {"y": "2"}, "output": ["c"], "cache-to": ["c"],
          "cache-from": ["c"], "platforms": ["p/c"], "no-cache-filter": ["c"], "entitlements": ["c"]}}})");
  const Target& b = file.targets.at("b");
  CHECK(b.args == std::map<std::string, std::optional<std::string>>{{"A", "a"}, {"B", "b"}});
  CHECK(b.tags.empty());
  CHECK(b.annotations == Texts{"a", "b"});
  CHECK(b.secrets == Texts{"id=a", "id=b"});
  CHECK(b.context == "a");
  CHECK(b.description == "a");
  const Target& c = file.targets.at("c");
  CHECK(c.context == "c");
  CHECK(c.target == "a");
  CHECK(c.labels == std::map<std::string, std::string>{{"x", "1"}, {"y", "2"}});
  CHECK(c.annotations == Texts{"a", "b"});
  CHECK(c.outputs == Texts{"type=local,dest=c"});
  CHECK(c.cache_to == Texts{"type=registry,ref=c"});
  CHECK(c.cache_from == Texts{"type=registry,ref=a", "type=registry,ref=c"});
  CHECK(c.platforms == Texts{"p/c"});
  CHECK(c.no_cache_filter == Texts{"a", "c"});
  CHECK(c.entitlements == Texts{"a", "c"});
}

TEST_CASE("several files: targets join, groups and variables are replaced") {
  const BakeFile file = parse_bake_files(
      {{R"({"variable": {"V": {"default": "1"}}, "group": {"default": {"targets": ["x"]}},
           "target": {"x": {"tags": ["a:${V}"], "args": {"A": "1"}}}})",
        "docker-bake.json"},
       {R"({"variable": {"V": {"default": "2"}}, "group": {"default": {"targets": ["y"]}},
           "target": {"x": {"args": {"B": "2"}}, "y": {}}})",
        "docker-bake.override.json"}},
      {variable}, {});
  CHECK(file.targets.at("x").tags == Texts{"a:2"});
  CHECK(file.targets.at("x").args.size() == 2);
  CHECK(file.groups.at("default").targets == Texts{"y"});
}

TEST_CASE("blocks may be lists of objects") {
  const BakeFile file =
      parse(R"({"target": [{"x": [{"tags": ["a"]}, {"context": "c"}]}, {"y": {}}]})");
  CHECK(file.targets.at("x").tags == Texts{"a"});
  CHECK(file.targets.at("x").context == "c");
  CHECK(file.targets.count("y") == 1);
}

TEST_CASE("variables: environment, default, other variables, escapes") {
  const BakeFile file = parse(R"({"variable": {
      "VERSION": {"default": "dev"}, "NAME": {"default": "img-${VERSION}"}, "EMPTY": {"default": "d"},
      "LIST": {"default": ["a", "${VERSION}"]}, "FLAG": {"default": true}, "FROM_ENV": {}},
    "CONST": "c-${VERSION}",
    "target": {"x": {"tags": ["r/${NAME}:${ VERSION }", "${CONST}", "${EMPTY}|", "$VERSION $${VERSION} %%{ $"],
      "platforms": "${LIST}", "pull": "${FLAG}", "args": {"${VERSION}": "${FROM_ENV}"}}}})");
  const Target& x = file.targets.at("x");
  CHECK(x.tags == Texts{"r/img-1.2:1.2", "c-1.2", "|", "$VERSION ${VERSION} %{ $"});
  CHECK(x.platforms == Texts{"a", "1.2"});
  CHECK(x.pull == true);
  CHECK(x.args.at("1.2") == "e");
}

struct ErrorCase {
  const char* text;
  const char* expected;
};

const ErrorCase kErrors[] = {
    {"", "1:1 expected a value"},
    {"[]", "1:1 a bake file must be an object, not a list"},
    {"{\"a\": 1,}", "1:9 expected a key in quotes"},
    {"{\"a\": 1 \"b\": 2}", "1:9 expected ',' or '}'"},
    {"{\"a\": tru}", "1:7 expected a value"},
    {"{\"a\": 01}", "1:7 expected a value"},
    {"{\"a\": \"x\ny\"}", "1:9 a control character in a string"},
    {"{\"a\": \"\\x\"}", "1:9 an unknown escape in a string"},
    {"{\"a\": \"\\ud800\"}", "1:14 half of a surrogate pair in a string"},
    {"{\"a\": \"\xff\"}", "1:8 not valid UTF-8"},
    {"{\"a\": 1, \"a\": 2}", "1:10 the key 'a' is there twice"},
    {"{} x", "1:4 text after the end of the document"},
    {"{\"target\": 1}", "1:12 'target' must be an object, not a number"},
    {"{\"target\": {\"a b\": {}}}",
     "1:13 invalid name of a target: 'a b' [a name has letters, digits, '-' and '_']"},
    {"{\"target\": {\"x\": 1}}", "1:18 target 'x' must be an object, not a number"},
    {"{\"target\": {\"x\": {\"tags\": [[]]}}}",
     "1:28 each of 'tags' of target 'x' must be a string, not a list"},
    {"{\"target\": {\"x\": {\"args\": []}}}",
     "1:27 'args' of target 'x' must be an object of strings, not a list"},
    {"{\"target\": {\"x\": {\"pull\": \"si\"}}}",
     "1:27 'pull' of target 'x' must be true or false, not a string"},
    {"{\"target\": {\"x\": {\"secret\": [\"id\"]}}}", "1:30 'id' must be of the form key=value"},
    {"{\"target\": {\"x\": {\"secret\": [{\"ids\": \"a\"}]}}}",
     "1:30 unknown key 'ids' in a secret [did you mean 'id'?]"},
    {"{\"target\": {\"x\": {\"output\": [{}]}}}",
     "1:30 an output needs a type [write type=oci,dest=path]"},
    {"{\"target\": {\"x\": {\"inherits\": [\"y\"]}}}",
     "1:13 target 'x' inherits from 'y', which does not exist [did you mean 'x'?]"},
    {"{\"target\": {\"x\": {\"inherits\": [\"x\"]}}}", "1:13 target 'x' inherits from itself"},
    {"{\"target\": {\"x\": {\"context\": \"${NOPE}\"}}}", "1:30 there is no variable 'NOPE'"},
    {"{\"variable\": {\"NAME\": {}}, \"target\": {\"x\": {\"context\": \"a${NAM}\"}}}",
     "1:56 there is no variable 'NAM' [did you mean 'NAME'?]"},
    {"{\"variable\": {\"N\": {\"default\": \"${N}\"}}, \"target\": {\"x\": {\"context\": "
     "\"${N}\"}}}",
     "1:32 the variable 'N' refers to itself"},
    {"{\"variable\": {\"N\": {\"default\": []}}, \"target\": {\"x\": {\"context\": \"a${N}\"}}}",
     "1:66 'N' is a list and cannot be part of a text [jsonencode() makes a text]"},
    {"{\"target\": {\"x\": {\"context\": \"${uper(1)}\"}}}",
     "1:30 there is no function 'uper' [did you mean 'upper'?]"},
    {"{\"target\": {\"x\": {\"context\": \"%{ if a }\"}}}", "1:30 '%{if' without '%{endif}'"},
    {"{\"target\": {\"x\": {\"context\": \"${a\"}}}",
     "1:30 '${' without '}' [write $${ for a plain ${]"},
    {"{\"function\": {\"f\": {}}}", "1:15 function 'f' needs 'params'"},
    {"{\"variable\": {\"N\": {\"defalt\": 1}}}",
     "1:21 unknown key 'defalt' in variable 'N' [did you mean 'default'?]"},
    {"{\"group\": {\"g\": {\"target\": []}}}",
     "1:18 unknown key 'target' in group 'g' [did you mean 'targets'?]"},
};

TEST_CASE("errors name their place") {
  for (const ErrorCase& item : kErrors) {
    CAPTURE(item.text);
    CHECK(error_of(item.text) == item.expected);
  }
  CHECK(error_of("{\"a\": " + std::string(100, '[')) == "1:71 nested deeper than 64 levels");
  std::string doubling = R"({"variable": {"V0": {"default": "0123456789"})";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "${V" + std::to_string(i - 1) + "}";
    doubling += ", \"V" + std::to_string(i) + "\": {\"default\": \"" + before + before + "\"}";
  }
  CHECK(error_of(doubling + R"(}, "target": {"x": {"context": "${V59}"}}})")
            .find("make too much: more than 1000000 values") != std::string::npos);
}

TEST_CASE("unknown keys are kept for the one who builds") {
  const BakeFile file =
      parse(R"({"target": {"a": {"tag": ["x"]}, "b": {"inherits": ["a"], "zzz": 1}}})");
  const std::vector<UnknownKey>& unknown = file.targets.at("b").unknown;
  REQUIRE(unknown.size() == 2);
  CHECK(unknown[0].key == "tag");
  CHECK(unknown[0].hint == "did you mean 'tags'?");
  CHECK(unknown[0].where.column == 19);
  CHECK(unknown[1].key == "zzz");
}

TEST_CASE("what is inherited over and over does not grow") {
  std::string text =
      R"({"target": {"t0": {"secret": ["id=s"], "annotations": ["a=b"], "cache-from": ["c"]})";
  for (int i = 1; i < 60; ++i) {
    const std::string parent = "\"t" + std::to_string(i - 1) + "\"";
    text += ", \"t" + std::to_string(i) + "\": {\"inherits\": [" + parent + ", " + parent + "]}";
  }
  const Target last = parse(text + "}}").targets.at("t59");
  CHECK(last.secrets == Texts{"id=s"});
  CHECK(last.annotations == Texts{"a=b"});
  CHECK(last.cache_from.size() == 1);
}

TEST_CASE("overrides") {
  const std::string body =
      R"({"tags": ["a"], "args": {"A": "1"}, "platforms": ["p"], "output": ["type=image"]})";
  CHECK(target(body, {"x.tags=b", "x.tags=c"}).tags == Texts{"b", "c"});
  CHECK(target(body, {"x.tags+=b"}).tags == Texts{"a", "b"});
  CHECK(target(body, {"x.tag=b"}).tags == Texts{"b"});
  CHECK(target(body, {"x.tags="}).tags.empty());
  CHECK(target(body, {"x.call=check"}).call == "check");
  CHECK(target(body, {"x.extra-host.h=::1"}).extra_hosts.at("h") == "::1");
  CHECK(target(body, {"x.attest=type=sbom"}).attests == Texts{"type=sbom"});
  CHECK(target(body, {"x.platform=q"}).platforms == Texts{"q"});
  CHECK(target(body, {"*.args.A=2=3", "x.args.B.c="}).args ==
        std::map<std::string, std::optional<std::string>>{{"A", "2=3"}, {"B.c", ""}});
  CHECK(target(body, {"x.args.VERSION", "x.args.NOPE"}).args ==
        std::map<std::string, std::optional<std::string>>{{"A", "1"}, {"VERSION", "1.2"}});
  CHECK(
      target(body, {"x.context=/c", "x.dockerfile=d", "x.target=t", "x.no-cache=true", "x.pull=0"})
          .dockerfile == "d");
  CHECK(target(body, {"[w-y].labels.a.b=c"}).labels.at("a.b") == "c");
  CHECK(target(body, {"?.contexts.n=dir"}).contexts.at("n") == "dir");
  CHECK(target(body, {"x.output=type=oci,dest=o"}).outputs == Texts{"type=oci,dest=o"});
  CHECK(target(body, {"x.secrets=id=s,env=E"}).secrets == Texts{"id=s,env=E"});
  CHECK(target(body, {"x.push=true"}).outputs == Texts{"type=image,push=true"});
  CHECK(target("{}", {"x.push=true"}).outputs == Texts{"type=image,push=true"});
  CHECK(target("{}", {"x.load=true"}).outputs == Texts{"type=docker"});
  for (const char* bad : {"x", "x.tags", "x.tagg=a", "=a", ".a=b", "x.name=a"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(parse_override(bad)), base::Error);
  }
  CHECK_THROWS_AS(static_cast<void>(target(body, {"y.tags=b"})), base::Error);
  CHECK_THROWS_AS(static_cast<void>(target(body, {"x.pull=maybe"})), base::Error);
  CHECK_THROWS_AS(static_cast<void>(target(body, {"x.args=1"})), base::Error);
}

TEST_CASE("overrides of an inherited target reach its heirs") {
  const BakeFile file = parse(R"({"target": {"a": {}, "b": {"inherits": ["a"]}}})", {"a.args.V=1"});
  CHECK(file.targets.at("b").args.at("V") == "1");
}

}  // namespace
}  // namespace cooper::bake
