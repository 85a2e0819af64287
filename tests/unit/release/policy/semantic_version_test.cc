#include "release/policy/semantic_version.h"

#include <doctest/doctest.h>

#include <vector>

using cooper::release::SemanticVersion;
using cooper::release::try_parse_version;

TEST_CASE("what is a semantic version, and what is none") {
  for (const char* text : {"0.0.4",
                           "1.2.3",
                           "10.20.30",
                           "1.1.2-prerelease+meta",
                           "1.1.2+meta",
                           "1.1.2+meta-valid",
                           "1.0.0-alpha",
                           "1.0.0-alpha.beta.1",
                           "1.0.0-alpha0.valid",
                           "1.0.0-rc.1+build.1",
                           "2.0.0-rc.1+build.123",
                           "1.2.3-beta",
                           "10.2.3-DEV-SNAPSHOT",
                           "1.2.3-SNAPSHOT-123",
                           "2.0.0+build.1848",
                           "1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay",
                           "1.2.3----RC-SNAPSHOT.12.9.1--.12",
                           "1.0.0+0.build.1-rc.10000aaa-kk-0.1",
                           "99999999999999999999999.999999999999999999.99999999999999999",
                           "1.0.0-0A.is.legal"}) {
    CAPTURE(text);
    CHECK(SemanticVersion::try_parse(text).has_value());
  }
  for (const char* text : {"",
                           "1",
                           "1.2",
                           "v1.2.3",
                           "1.2.3-0123",
                           "1.2.3-0123.0123",
                           "1.1.2+.123",
                           "+invalid",
                           "-invalid",
                           "alpha",
                           "alpha.beta",
                           "1.0.0-alpha_beta",
                           "1.0.0-alpha..",
                           "1.0.0-",
                           "1.0.0+",
                           "1.0.0-alpha..1",
                           "01.1.1",
                           "1.01.1",
                           "1.1.01",
                           "1.2.3.DEV",
                           "1.2-SNAPSHOT",
                           "1.2.3.4",
                           "1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788",
                           "1.1.2+.",
                           "9.8.7-whatever+meta+meta",
                           " 1.2.3",
                           "1.2.3 ",
                           "1.2.3\n",
                           "1.2.-3",
                           "a.b.c",
                           "1..3",
                           "1.2.3-\xc3\xa4"}) {
    CAPTURE(text);
    CHECK_FALSE(SemanticVersion::try_parse(text).has_value());
  }
}

TEST_CASE("the order of precedence is total and is that of the specification") {
  const std::vector<std::string> ordered = {
      "0.0.0-0",          "0.0.0",      "0.9.0",        "1.0.0-0",
      "1.0.0-1",          "1.0.0-2",    "1.0.0-10",     "1.0.0--",
      "1.0.0-1a",         "1.0.0-RC",   "1.0.0-alpha",  "1.0.0-alpha.1",
      "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
      "1.0.0-rc.1",       "1.0.0",      "1.0.1",        "1.2.0",
      "1.10.0",           "2.0.0",      "10.0.0",       "18446744073709551616.0.0"};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t k = 0; k < ordered.size(); ++k) {
      CAPTURE(ordered[i]);
      CAPTURE(ordered[k]);
      const auto left = SemanticVersion::try_parse(ordered[i]);
      const auto right = SemanticVersion::try_parse(ordered[k]);
      REQUIRE(left.has_value());
      REQUIRE(right.has_value());
      CHECK((*left < *right) == (i < k));
      CHECK((*left == *right) == (i == k));
      CHECK((*left > *right) == (i > k));
    }
  }
}

TEST_CASE("build metadata has no place in the order") {
  const auto plain = SemanticVersion::try_parse("1.0.0");
  const auto built = SemanticVersion::try_parse("1.0.0+exp.sha-5114f85");
  CHECK(*plain == *built);
  CHECK_FALSE(plain->has_build());
  CHECK(built->has_build());
  CHECK_FALSE(built->is_prerelease());
  CHECK(SemanticVersion::try_parse("1.0.0-a+b")->is_prerelease());
}

TEST_CASE("one v may stand before a version") {
  CHECK(try_parse_version("v1.2.3") == try_parse_version("1.2.3"));
  CHECK_FALSE(try_parse_version("vv1.2.3").has_value());
  CHECK_FALSE(try_parse_version("V1.2.3").has_value());
  CHECK_FALSE(try_parse_version("v").has_value());
}
