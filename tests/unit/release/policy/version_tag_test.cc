#include "release/policy/version_tag.h"

#include <doctest/doctest.h>

using namespace cooper::release;

TEST_CASE("a version tag is a role and a version") {
  const auto check = [](const char* tag, const char* role, const char* version) {
    CAPTURE(tag);
    const auto parsed = try_parse_version_tag(tag);
    REQUIRE(parsed.has_value());
    CHECK(parsed->role == role);
    CHECK(parsed->version == version);
  };
  check("app-v1.2.3", "app", "v1.2.3");
  check("app-1.2.3", "app", "1.2.3");
  check("v1.2.3", "", "v1.2.3");
  check("my-app-v1.2.3-rc.1", "my-app", "v1.2.3-rc.1");
  check("app-7-v1.2.3", "app-7", "v1.2.3");
  check("app-v1.2.3-4.5.6", "app", "v1.2.3-4.5.6");
  for (const char* tag : {"", "latest", "app-latest", "app", "app-v1.2", "app-v01.2.3", "v1",
                          "main-3f2a9c1", "app-v1.2.3_1", "2024.01.02", "-", "app-"}) {
    CAPTURE(tag);
    CHECK_FALSE(try_parse_version_tag(tag).has_value());
  }
}

TEST_CASE("moving tags, cache tags, tags of referrers") {
  CHECK(role_of_latest("latest") == "");
  CHECK(role_of_latest("app-latest") == "app");
  CHECK(role_of_latest("my-app-LATEST") == "my-app");
  CHECK_FALSE(role_of_latest("latest-app").has_value());
  CHECK_FALSE(role_of_latest("applatest").has_value());
  for (const char* tag :
       {"cache", "buildcache", "cache-app", "app-cache", "app-Cache-v1.2.3", "app-buildcache"}) {
    CAPTURE(tag);
    CHECK(is_cache_tag(tag));
  }
  CHECK_FALSE(is_cache_tag("cached-v1.2.3"));
  CHECK_FALSE(is_cache_tag("memcache-v1.2.3"));
  const std::string hex(64, 'a');
  CHECK(is_referrers_tag("sha256-" + hex));
  CHECK(is_referrers_tag("sha256-" + hex + ".sig"));
  CHECK_FALSE(is_referrers_tag("sha256-" + hex.substr(1)));
  CHECK_FALSE(is_referrers_tag("sha256-" + std::string(64, 'g')));
}
