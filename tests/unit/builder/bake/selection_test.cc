// Which targets names stand for, links between targets, and --print.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/error.h"
#include "builder/bake/bake_file.h"
#include "builder/bake/name_pattern.h"

namespace cooper::bake {
namespace {

using Texts = std::vector<std::string>;

std::string read_data(const std::string& name) {
  std::ifstream in(std::string(COOPER_TEST_DATA "/bake/") + name, std::ios::binary);
  REQUIRE(in.good());
  return {std::istreambuf_iterator<char>(in), {}};
}

BakeFile parse(const std::string& text) {
  return parse_bake_files({{text, "docker-bake.json"}},
                          {[](std::string_view) { return std::nullopt; }}, {});
}

Texts names_of(const std::vector<Target>& targets) {
  Texts names;
  for (const Target& target : targets) names.push_back(target.name + (target.linked ? "*" : ""));
  return names;
}

const char* const kFile =
    R"({"group": {"default": {"targets": ["b", "g"]}, "g": {"targets": ["a", "b", "g"]},
    "broken": {"targets": ["nope"]}},
  "target": {"a": {"contexts": {"base": "target:c"}}, "b": {}, "c": {"contexts": {"x": "target:d"}}, "d": {},
    "loop": {"contexts": {"l": "target:loop"}}, "lost": {"contexts": {"l": "target:dd"}}}})";

std::string error_of(const Texts& names, bool linked = false) {
  try {
    const BakeFile file = parse(kFile);
    const auto targets = select_targets(file, names);
    if (linked) static_cast<void>(with_linked_targets(file, targets));
  } catch (const base::Error& error) {
    return std::string(error.what()) + (error.hint().empty() ? "" : " [" + error.hint() + "]");
  }
  return "no error";
}

TEST_CASE("groups are expanded, each target once, in order") {
  const BakeFile file = parse(kFile);
  CHECK(names_of(select_targets(file, {})) == Texts{"b", "a"});
  CHECK(names_of(select_targets(file, {"g"})) == Texts{"a", "b"});
  CHECK(names_of(select_targets(file, {"d", "g", "a"})) == Texts{"d", "a", "b"});
  CHECK(names_of(select_targets(file, {"[c-d]"})) == Texts{"c", "d"});
  CHECK(error_of({"dd"}) ==
        "find target 'dd': there is no such target or group [did you mean 'd'?]");
  CHECK(error_of({"broken"}).substr(0, 71) ==
        "find target 'nope': group 'broken' names it, but it does not exist [kno");
  CHECK(error_of({"zz*"}).substr(0, 45) == "find target 'zz*': no target or group matches");
}

TEST_CASE("linked targets come first") {
  const BakeFile file = parse(kFile);
  CHECK(names_of(with_linked_targets(file, select_targets(file, {}))) ==
        Texts{"b", "d*", "c*", "a"});
  CHECK(names_of(with_linked_targets(file, select_targets(file, {"a", "d"}))) ==
        Texts{"d", "c*", "a"});
  CHECK(error_of({"loop"}, true) == "link target 'loop': its contexts lead back to itself");
  CHECK(error_of({"lost"}, true) ==
        "find target 'dd': target 'lost' links to it, but it does not exist [did you mean 'd'?]");
}

TEST_CASE("deep nesting is refused") {
  std::string groups, targets;
  for (int i = 0; i < 200; ++i) {
    const std::string next = std::to_string(i + 1);
    const std::string comma = i == 0 ? "" : ", ";
    groups += comma + "\"g" + std::to_string(i) + "\": {\"targets\": [\"g" + next + "\"]}";
    targets +=
        comma + "\"t" + std::to_string(i) + "\": {\"contexts\": {\"c\": \"target:t" + next + "\"}}";
  }
  const BakeFile file = parse("{\"group\": {" + groups + "}, \"target\": {" + targets +
                              ", \"g200\": {}, \"t200\": {}}}");
  CHECK_THROWS_AS(static_cast<void>(select_targets(file, {"g0"})), base::Error);
  CHECK_THROWS_AS(static_cast<void>(with_linked_targets(file, select_targets(file, {"t0"}))),
                  base::Error);
}

TEST_CASE("--print agrees with buildx") {
  const BakeFile file = parse(read_data("print.json"));
  const std::string printed = print_json(file, {}) + "\n";
  if (std::getenv("COOPER_REGENERATE") != nullptr) {
    std::ofstream(COOPER_TEST_DATA "/bake/print.expected.json", std::ios::binary) << printed;
  }
  CHECK(printed == read_data("print.expected.json"));
}

TEST_CASE("--print of names puts them in the default group") {
  const BakeFile file = parse(R"({"target": {"b": {}, "a": {"tags": ["t"]}}})");
  CHECK(print_json(file, {"b", "a"}) == R"({
  "group": {
    "default": {
      "targets": [
        "a",
        "b"
      ]
    }
  },
  "target": {
    "a": {
      "context": ".",
      "dockerfile": "Dockerfile",
      "tags": [
        "t"
      ]
    },
    "b": {
      "context": ".",
      "dockerfile": "Dockerfile"
    }
  }
})");
}

TEST_CASE("wildcards in names") {
  CHECK(matches_name("*", ""));
  CHECK(matches_name("a*c", "abbc"));
  CHECK(matches_name("a*b*c", "abxbc"));
  CHECK(matches_name("?[a-c]", "xb"));
  CHECK(matches_name("[^a]", "b"));
  CHECK_FALSE(matches_name("a?", "a"));
  CHECK_FALSE(matches_name("[a", "a"));
  CHECK_FALSE(matches_name("a", "ab"));
}

}  // namespace
}  // namespace cooper::bake
