#include "builder/sandbox/isolation.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace cooper::sandbox {
namespace {

std::optional<Isolation> asked(std::vector<std::string> words, const char* environment = nullptr) {
  words.insert(words.begin(), "cooper");
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  return asked_isolation(static_cast<int>(arguments.size()), arguments.data(), environment);
}

TEST_CASE("every name is known, and no other") {
  CHECK(parse_isolation("auto") == Isolation::automatic);
  CHECK(parse_isolation("userns") == Isolation::userns);
  CHECK(parse_isolation("rootless") == Isolation::userns);
  CHECK(parse_isolation("root") == Isolation::root);
  CHECK(parse_isolation("single") == Isolation::single);
  CHECK(parse_isolation("chroot") == Isolation::chroot);
  CHECK_FALSE(parse_isolation("Root"));
  CHECK_FALSE(parse_isolation(""));
}

TEST_CASE("the option is found wherever it stands, and wins over the variable") {
  CHECK(asked({"build", "."}) == Isolation::automatic);
  CHECK(asked({"build", ".", "--isolation", "single"}) == Isolation::single);
  CHECK(asked({"--isolation=chroot", "build"}) == Isolation::chroot);
  CHECK(asked({"build"}, "userns") == Isolation::userns);
  CHECK(asked({"build"}, "") == Isolation::automatic);
  CHECK(asked({"--isolation", "root", "build"}, "userns") == Isolation::root);
  CHECK(asked({"run", "--", "--isolation", "root"}) == Isolation::automatic);
  CHECK_FALSE(asked({"--isolation", "nonsense"}));
}

}  // namespace
}  // namespace cooper::sandbox
