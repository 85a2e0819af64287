#include "registry/credential_helper.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "tests/support/temp_directory.h"

namespace cooper::registry {
namespace {

// A real program, docker-credential-oak, first in PATH; it keeps what it is told in a file.
struct Helper {
  test::TempDirectory root;
  std::string path = std::getenv("PATH");

  explicit Helper(const std::string& script) {
    const std::string file = root.path() + "/docker-credential-oak";
    std::ofstream(file) << "#!/bin/sh\nkept=" << root.path() << "/kept\n" << script;
    std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    ::setenv("PATH", (root.path() + ":" + path).c_str(), 1);
    ::setenv("COOPER_REGISTRY_PASSWORD", "not-for-helpers", 1);
  }
  Helper(const Helper&) = delete;
  ~Helper() {
    ::setenv("PATH", path.c_str(), 1);
    ::unsetenv("COOPER_REGISTRY_PASSWORD");
  }
  [[nodiscard]] std::string kept() const {
    std::ostringstream text;
    text << std::ifstream(root.path() + "/kept").rdbuf();
    return text.str();
  }
};

const char* const kGood = R"(
case $1 in
  store) cat >"$kept" ;;
  get)
    read -r server
    [ -e "$kept" ] || { echo "credentials not found in native keychain"; exit 1; }
    [ "$server" = reg.example ] || { echo "wrong server $server" >&2; exit 1; }
    cat "$kept" ;;
  erase) rm "$kept" ;;
esac
)";

TEST_CASE("what a helper keeps it gives again, until it is erased") {
  const Helper helper(kGood);
  CHECK_FALSE(run_credential_helper("oak", "reg.example").has_value());
  CHECK_FALSE(erase_with_helper("oak", "reg.example"));
  store_with_helper("oak", "reg.example", {"me", "a \"word\"", "", ""});
  const auto found = run_credential_helper("oak", "reg.example");
  REQUIRE(found.has_value());
  CHECK(found->username == "me");
  CHECK(found->password == "a \"word\"");
  CHECK(found->origin == "docker-credential-oak");
  CHECK(erase_with_helper("oak", "reg.example"));
  CHECK_FALSE(run_credential_helper("oak", "reg.example").has_value());
}

TEST_CASE("a helper that fails is named, with what it said and without the secret") {
  const Helper helper("secret=$(cat); echo \"cannot keep $secret\" >&2; echo on-stdout; exit 3\n");
  try {
    store_with_helper("oak", "reg.example", {"me", "the-word", "", ""});
    FAIL("it failed");
  } catch (const base::Error& error) {
    const std::string text = error.what();
    CHECK(text.find("docker-credential-oak") != std::string::npos);
    CHECK(text.find("exited with 3") != std::string::npos);
    CHECK(text.find("***") != std::string::npos);
    CHECK(text.find("the-word") == std::string::npos);
  }
}

// security.C13
TEST_CASE("junk, too much, or no such program is an error") {
  const Helper junk("echo no json\n");
  CHECK_THROWS_AS(static_cast<void>(run_credential_helper("oak", "reg.example")), base::Error);
  const Helper much("head -c 3000000 /dev/zero\n");
  CHECK_THROWS_AS(static_cast<void>(run_credential_helper("oak", "reg.example")), base::Error);
  for (const char* suffix : {"absent-helper", "", "../oak", "a b", "x;y"}) {
    CAPTURE(suffix);
    CHECK_THROWS_AS(static_cast<void>(run_credential_helper(suffix, "reg.example")), base::Error);
  }
}

TEST_CASE("a helper does not see the secrets of our environment") {
  const Helper helper("env >\"$kept\"; echo '{\"Username\":\"u\",\"Secret\":\"s\"}'\n");
  CHECK(run_credential_helper("oak", "reg.example").has_value());
  CHECK(helper.kept().find("PATH=") != std::string::npos);
  CHECK(helper.kept().find("not-for-helpers") == std::string::npos);
}

}  // namespace
}  // namespace cooper::registry
