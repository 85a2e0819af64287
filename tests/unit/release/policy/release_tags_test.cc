#include "release/policy/release_tags.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace cooper;
using release::read_release_tags;
using release::release_version;

TEST_CASE("the version of a release") {
  CHECK(release_version("v1.2.3") == "v1.2.3");
  CHECK(release_version("1.2.3-rc.1") == "1.2.3-rc.1");
  CHECK(release_version("v1.0.0-RC1") == "v1.0.0-rc1");
  CHECK_THROWS_WITH_AS(static_cast<void>(release_version("")),
                       doctest::Contains("no semantic version"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(release_version("main")),
                       doctest::Contains("no semantic version"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(release_version("v1.2")),
                       doctest::Contains("no semantic version"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(release_version("v1.2.3+7")),
                       doctest::Contains("build metadata"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(release_version("v1.2.3-" + std::string(120, 'a'))),
                       doctest::Contains("too long"), base::Error);
}

TEST_CASE("a version tag and moving tags of the same role") {
  const auto tags = read_release_tags({"app-latest", "app-v1.2.3"}, "v1.2.3", "app");
  CHECK(tags.role == "app");
  CHECK(tags.version_tag == "app-v1.2.3");
  CHECK(tags.latest_tags == std::vector<std::string>{"app-latest"});
  const auto plain = read_release_tags({"v1.2.3", "latest"}, "v1.2.3", "site");
  CHECK(plain.role.empty());
  CHECK(plain.latest_tags == std::vector<std::string>{"latest"});
  CHECK(read_release_tags({"v1.2.3"}, "v1.2.3", "site").latest_tags.empty());
}

TEST_CASE("other tags are refused by name") {
  const auto refused = [](const std::vector<std::string>& tags, const char* words) {
    CHECK_THROWS_WITH_AS(static_cast<void>(read_release_tags(tags, "v1.2.3", "app")),
                         doctest::Contains(words), base::Error);
  };
  refused({}, "none of its tags ends with v1.2.3");
  refused({"app-dev", "app-latest"}, "none of its tags ends with v1.2.3");
  refused({"appv1.2.3"}, "none of its tags");
  refused({"-v1.2.3"}, "none of its tags");
  refused({"app-v1.2.3", "horizon-v1.2.3"}, "two version tags");
  refused({"app-v1.2.3", "app-stable"}, "app-stable is neither");
  refused({"app-v1.2.3", "horizon-latest"}, "another role");
  refused({"App-v1.2.3"}, "upper-case");
}
