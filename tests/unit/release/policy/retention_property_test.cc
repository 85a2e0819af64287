// Properties of plan_retention over every small repository, and over large ones of chance.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "release/policy/retention.h"
#include "release/policy/version_tag.h"

using namespace cooper;
using namespace cooper::release;

namespace {

std::vector<TagFacts> survivors(const std::vector<TagFacts>& tags,
                                const std::vector<Verdict>& plan) {
  std::set<std::string> kept;
  for (const Verdict& verdict : plan) {
    if (!verdict.doomed) kept.insert(verdict.tag);
  }
  std::vector<TagFacts> out;
  for (const TagFacts& facts : tags) {
    if (kept.contains(facts.tag)) out.push_back(facts);
  }
  return out;
}

// How many different versions of the same role and kind are newer.
std::size_t newer(const std::vector<TagFacts>& tags, const VersionTag& mine) {
  std::vector<SemanticVersion> versions;
  for (const TagFacts& facts : tags) {
    const auto other = try_parse_version_tag(facts.tag);
    if (!other || other->role != mine.role || !(other->parsed > mine.parsed)) continue;
    if (other->parsed.is_prerelease() != mine.parsed.is_prerelease()) continue;
    if (std::ranges::find(versions, other->parsed) == versions.end())
      versions.push_back(other->parsed);
  }
  return versions.size();
}

// Every promise, said in other words than the code's. Gives what is wrong, or "".
std::string broken_promise(const RetentionRules& rules, const std::vector<TagFacts>& tags) {
  const std::vector<Verdict> plan = plan_retention(rules, tags);
  if (plan.size() != tags.size()) return "a tag has no verdict";
  std::set<oci::Digest> held;
  for (const TagFacts& facts : survivors(tags, plan)) {
    if (facts.digest) held.insert(*facts.digest);
    held.insert(facts.children.begin(), facts.children.end());
  }
  for (const Verdict& verdict : plan) {
    if (verdict.reason.empty()) return verdict.tag + " has no reason";
    if (!verdict.doomed) continue;
    const auto version = try_parse_version_tag(verdict.tag);
    if (!version) return verdict.tag + " is no version and is doomed";
    if (!verdict.digest) return verdict.tag + " has no manifest and is doomed";
    if (verdict.tag.ends_with("latest")) return verdict.tag + " moves and is doomed";
    if (verdict.tag.find("cache") != std::string::npos) return verdict.tag + " is a cache";
    if (rules.in_use.tags.contains(verdict.tag)) return verdict.tag + " is in use";
    if (rules.in_use.digests.contains(*verdict.digest)) return verdict.tag + "'s image is in use";
    if (held.contains(*verdict.digest)) return verdict.tag + " is shared with what stays";
    const std::size_t limit = version->parsed.is_prerelease() ? rules.keep_prereleases : rules.keep;
    if (newer(tags, *version) < limit) return verdict.tag + " is among the newest";
  }
  const std::vector<TagFacts> left = survivors(tags, plan);
  for (const Verdict& verdict : plan_retention(rules, left)) {
    if (verdict.doomed) return verdict.tag + " is doomed only the second time";
  }
  return "";
}

bool same_fates(const std::vector<Verdict>& a, const std::vector<Verdict>& b) {
  return std::ranges::equal(a, b, [](const Verdict& x, const Verdict& y) {
    return x.tag == y.tag && x.doomed == y.doomed;
  });
}

const std::vector<std::string> kNames = {"app-v1.0.0", "app-v1.1.0", "app-v2.0.0-rc.1",
                                         "web-v1.0.0", "app-latest", "cache-v1.0.0"};

}  // namespace

TEST_CASE("every repository of six tags, three images and one index keeps every promise") {
  const std::vector<oci::Digest> images = {oci::Digest::of_bytes("a"), oci::Digest::of_bytes("b"),
                                           oci::Digest::of_bytes("c")};
  std::size_t cases = 0;
  for (std::size_t code = 0; code < 729; ++code) {  // images ^ tags
    for (std::size_t shape = 0; shape < 18; shape += 1 + code % 2) {
      std::vector<TagFacts> tags;
      std::size_t rest = code;
      for (const std::string& name : kNames) {
        tags.push_back({name, images[rest % images.size()], {}, {}});
        rest /= images.size();
      }
      // One tag is an index over image 'a', or none.
      if (shape / 3 < kNames.size() - 1) tags[shape / 3].children = {images[0]};
      RetentionRules rules;
      rules.keep = shape % 3;
      rules.keep_prereleases = (shape + code) % 2;
      if (code % 5 == 0) rules.in_use.tags = {kNames[code % 4]};
      if (code % 7 == 0) rules.in_use.digests = {images[1]};
      const std::string broken = broken_promise(rules, tags);
      if (!broken.empty()) {
        FAIL_CHECK("repository " << code << ", shape " << shape << ": " << broken);
        return;
      }
      ++cases;
    }
  }
  CHECK(cases > 9'000);
}

TEST_CASE("large repositories of chance keep every promise, whatever the order of their tags") {
  std::uint32_t state = 1;
  const auto chance = [&state](std::uint32_t limit) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % limit;
  };
  for (int round = 0; round < 30; ++round) {
    std::vector<TagFacts> tags;
    std::set<std::string> names;
    for (int i = 0; i < 40; ++i) {
      std::string name = std::string(chance(2) == 0 ? "app" : "web") + "-v" +
                         std::to_string(chance(3)) + "." + std::to_string(chance(4)) + ".0";
      if (chance(3) == 0) name += "-rc." + std::to_string(chance(12));
      if (chance(12) == 0) name = "branch-" + std::to_string(chance(100));
      if (!names.insert(name).second) continue;
      TagFacts facts{name, oci::Digest::of_bytes(std::to_string(chance(25))), {}, {}};
      if (chance(8) == 0) facts.digest = std::nullopt;
      if (chance(6) == 0) facts.children = {oci::Digest::of_bytes(std::to_string(chance(25)))};
      tags.push_back(std::move(facts));
    }
    RetentionRules rules;
    rules.keep = chance(5);
    rules.keep_prereleases = chance(4);
    for (std::uint32_t i = chance(4); i > 0; --i)
      rules.in_use.tags.insert(tags[chance(static_cast<std::uint32_t>(tags.size()))].tag);
    CAPTURE(round);
    CHECK(broken_promise(rules, tags) == "");
    const auto plan = plan_retention(rules, tags);
    std::ranges::reverse(tags);
    CHECK(same_fates(plan, plan_retention(rules, tags)));
    std::rotate(tags.begin(), tags.begin() + static_cast<std::ptrdiff_t>(tags.size() / 3),
                tags.end());
    CHECK(same_fates(plan, plan_retention(rules, tags)));
    // Keeping more never dooms more.
    RetentionRules kinder = rules;
    ++kinder.keep;
    const auto kinder_plan = plan_retention(kinder, tags);
    const auto doomed = [](const Verdict& verdict) { return verdict.doomed; };
    CHECK(std::ranges::count_if(kinder_plan, doomed) <= std::ranges::count_if(plan, doomed));
  }
}
