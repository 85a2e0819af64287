#include "oci/platform.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)

namespace {

const Platform kHost{"linux", "amd64"};

std::string parsed(std::string_view text) { return to_string(parse_platform(text, kHost)); }

}  // namespace

TEST_CASE("platforms are normalised as they are everywhere") {
  CHECK(parsed("linux/amd64") == "linux/amd64");
  CHECK(parsed("arm64") == "linux/arm64");
  CHECK(parsed("linux") == "linux/amd64");
  CHECK(parsed("linux/x86_64") == "linux/amd64");
  CHECK(parsed("linux/aarch64") == "linux/arm64");
  CHECK(parsed("linux/arm64/v8") == "linux/arm64");
  CHECK(parsed("linux/arm") == "linux/arm/v7");
  CHECK(parsed("linux/arm/v7") == "linux/arm/v7");
  CHECK(parsed("linux/arm/6") == "linux/arm/v6");
  CHECK(parsed("armhf") == "linux/arm/v7");
  CHECK(parsed("LINUX/AMD64/v1") == "linux/amd64");
  CHECK(parsed("linux/amd64/v3") == "linux/amd64/v3");
  CHECK(parsed("linux/riscv64") == "linux/riscv64");
}

TEST_CASE("what is no platform is refused") {
  for (const char* bad :
       {"", "/", "linux/", "/amd64", "linux/arm/v7/v7", "pdp11", "linux/am d64", "a/b/../c"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(parse_platform(bad, kHost)), cooper::base::Error);
  }
}

TEST_CASE("an image runs on its platform and on newer variants of it") {
  CHECK(satisfies({"linux", "amd64"}, {"linux", "amd64"}));
  CHECK(satisfies({"linux", "arm64", "v8"}, {"linux", "arm64"}));
  CHECK(satisfies({"linux", "arm", "v6"}, {"linux", "arm", "v7"}));
  CHECK_FALSE(satisfies({"linux", "arm", "v7"}, {"linux", "arm", "v6"}));
  CHECK(satisfies({"linux", "amd64"}, {"linux", "amd64", "v3"}));
  CHECK_FALSE(satisfies({"linux", "amd64", "v3"}, {"linux", "amd64"}));
  CHECK(satisfies({"linux", "arm64", "v8.1"}, {"linux", "arm64", "v9"}));
  CHECK_FALSE(satisfies({"linux", "arm64"}, {"linux", "amd64"}));
  CHECK_FALSE(satisfies({"windows", "amd64"}, {"linux", "amd64"}));
}
