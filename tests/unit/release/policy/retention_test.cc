#include "release/policy/retention.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error.h"

using namespace cooper;
using namespace cooper::release;

namespace {

TagFacts tag(const std::string& name, const std::string& content = {}) {
  return {name, oci::Digest::of_bytes(content.empty() ? name : content), {}, {}};
}

// "TAG" -> "doomed: reason" or "kept: reason".
std::map<std::string, std::string> fates(const RetentionRules& rules,
                                         const std::vector<TagFacts>& tags) {
  std::map<std::string, std::string> out;
  for (const Verdict& verdict : plan_retention(rules, tags))
    out[verdict.tag] = (verdict.doomed ? "doomed: " : "kept: ") + verdict.reason;
  return out;
}

std::vector<TagFacts> versions(const std::string& role, int count) {
  std::vector<TagFacts> tags;
  for (int i = 1; i <= count; ++i) tags.push_back(tag(role + "-v1." + std::to_string(i) + ".0"));
  return tags;
}

}  // namespace

TEST_CASE("the newest of each role stay, in the order of versions") {
  std::vector<TagFacts> tags = versions("app", 11);
  for (const TagFacts& other : versions("horizon", 2)) tags.push_back(other);
  RetentionRules rules;
  rules.keep = 2;
  const auto out = fates(rules, tags);
  CHECK(out.at("app-v1.11.0") == "kept: one of the 2 newest releases of 'app'");
  CHECK(out.at("app-v1.10.0") == "kept: one of the 2 newest releases of 'app'");
  CHECK(out.at("app-v1.9.0") == "doomed: older than the 2 newest releases of 'app'");
  CHECK(out.at("horizon-v1.1.0") == "kept: one of the 2 newest releases of 'horizon'");
  const auto plan = plan_retention(rules, tags);
  CHECK(plan.front().tag == "app-v1.11.0");
  CHECK(plan.back().tag == "horizon-v1.1.0");
}

TEST_CASE("pre-releases are counted by themselves") {
  RetentionRules rules;
  rules.keep = 1;
  rules.keep_prereleases = 1;
  const auto out = fates(rules, {tag("app-v1.0.0"), tag("app-v2.0.0-rc.1"), tag("app-v2.0.0-rc.2"),
                                 tag("app-v2.0.0-rc.10")});
  CHECK(out.at("app-v1.0.0").starts_with("kept"));
  CHECK(out.at("app-v2.0.0-rc.10").starts_with("kept"));
  CHECK(out.at("app-v2.0.0-rc.2") == "doomed: older than the 1 newest pre-releases of 'app'");
}

TEST_CASE("one version written in two ways counts once") {
  RetentionRules rules;
  rules.keep = 1;
  const auto out = fates(rules, {tag("app-v1.0.0"), tag("app-1.0.0"), tag("app-v0.9.0")});
  CHECK(out.at("app-v1.0.0").starts_with("kept"));
  CHECK(out.at("app-1.0.0").starts_with("kept"));
  CHECK(out.at("app-v0.9.0").starts_with("doomed"));
}

TEST_CASE("what is protected, and why") {
  RetentionRules rules;
  rules.keep = 1;
  rules.keep_patterns = {TagPattern("app-v1\\.1\\..*")};
  rules.in_use.tags = {"app-v1.2.0", "gone-v1"};
  rules.in_use.digests = {oci::Digest::of_bytes("app-v1.3.0")};
  std::vector<TagFacts> tags = versions("app", 6);
  tags.push_back(tag("app-latest", "app-v1.4.0"));
  tags.push_back(tag("cache-v1.0.0"));
  tags.push_back(tag("cache-v2.0.0"));
  tags.push_back(tag("sha256-" + std::string(64, 'a')));
  tags.push_back(tag("main"));
  tags.push_back({"app-v0.1.0", std::nullopt, {}, {}});
  const auto out = fates(rules, tags);
  CHECK(out.at("app-v1.6.0") == "kept: one of the 1 newest releases of 'app'");
  CHECK(out.at("app-v1.5.0") == "doomed: older than the 1 newest releases of 'app'");
  CHECK(out.at("app-v1.4.0") == "kept: the same image as app-latest");
  CHECK(out.at("app-v1.3.0") == "kept: in use");
  CHECK(out.at("app-v1.2.0") == "kept: in use");
  CHECK(out.at("app-v1.1.0") == "kept: matches app-v1\\.1\\..*");
  CHECK(out.at("app-latest") == "kept: a moving tag");
  CHECK(out.at("cache-v1.0.0") == "kept: a cache");
  CHECK(out.at("main") == "kept: no version tag");
  CHECK(out.at("app-v0.1.0") == "kept: the registry lists it but shows no manifest");
  CHECK(out.at("sha256-" + std::string(64, 'a')) == "kept: belongs to another image");
}

TEST_CASE("what hangs on a tag that stays, stays, over any number of steps") {
  RetentionRules rules;
  rules.keep = 1;
  std::vector<TagFacts> tags = {tag("app-v3.0.0", "index"), tag("app-v2.0.0", "child"),
                                tag("app-v1.0.0", "grandchild"), tag("app-v0.1.0", "alone")};
  tags[0].children = {*tags[1].digest};
  tags[1].children = {*tags[2].digest};
  const auto out = fates(rules, tags);
  CHECK(out.at("app-v2.0.0") == "kept: part of app-v3.0.0");
  CHECK(out.at("app-v1.0.0") == "kept: part of app-v2.0.0");
  CHECK(out.at("app-v0.1.0").starts_with("doomed"));
}

TEST_CASE("young images stay, and those of unknown age") {
  RetentionRules rules;
  rules.keep = 0;
  rules.keep_since = 1000;
  std::vector<TagFacts> tags = versions("app", 3);
  tags[0].created = 999;
  tags[1].created = 1000;
  const auto out = fates(rules, tags);
  CHECK(out.at("app-v1.1.0") == "doomed: none of 'app' is kept");
  CHECK(out.at("app-v1.2.0") == "kept: young");
  CHECK(out.at("app-v1.3.0") == "kept: its age is unknown");
}

TEST_CASE("a role pattern says what is a version") {
  RetentionRules rules;
  rules.keep = 1;
  rules.role_pattern = TagPattern("release_(.+)_(.+)");
  check_rules(rules);
  const auto out = fates(rules, {tag("release_app_v1.0.0"), tag("release_app_v2.0.0"),
                                 tag("app-v0.1.0"), tag("release_app_old")});
  CHECK(out.at("release_app_v1.0.0").starts_with("doomed"));
  CHECK(out.at("release_app_v2.0.0").starts_with("kept"));
  CHECK(out.at("app-v0.1.0") == "kept: no version tag");
  CHECK(out.at("release_app_old") == "kept: no version tag");
}

// security.R9
TEST_CASE("patterns that are none are refused") {
  CHECK_THROWS_WITH_AS(TagPattern(""), doctest::Contains("empty"), base::Error);
  CHECK_THROWS_WITH_AS(TagPattern("app-("), doctest::Contains("not a regular expression"),
                       base::Error);
  CHECK_THROWS_WITH_AS(TagPattern(std::string(1001, 'a')), doctest::Contains("longer than"),
                       base::Error);
  CHECK(TagPattern("app").matches("APP"));
  CHECK_FALSE(TagPattern("app").matches("app-latest"));
  RetentionRules rules;
  rules.role_pattern = TagPattern("(.*)");
  CHECK_THROWS_WITH_AS(check_rules(rules), doctest::Contains("it needs two"), base::Error);
}

// security.R9
TEST_CASE("plans that are likely a mistake are refused") {
  RetentionRules rules;
  rules.keep = 0;
  CHECK_THROWS_WITH_AS(require_moderate(rules, {}), doctest::Contains("keeps no release"),
                       base::Error);
  rules.keep = 3;
  rules.keep_prereleases = 0;
  const std::vector<TagFacts> only_pre = {tag("app-v1.0.0-rc.1"), tag("horizon-v1.0.0")};
  CHECK_THROWS_WITH_AS(require_moderate(rules, plan_retention(rules, only_pre)),
                       doctest::Contains("every version of it"), base::Error);
  CHECK_NOTHROW(require_moderate(rules, plan_retention(rules, versions("app", 9))));
  CHECK_NOTHROW(require_moderate(rules, plan_retention(rules, {tag("main")})));
}
