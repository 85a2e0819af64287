#include "release/policy/release_plan.h"

#include <doctest/doctest.h>

using namespace cooper::release;
using cooper::oci::Digest;

namespace {

const Digest kOurs = Digest::of_bytes("ours");
const Digest kOther = Digest::of_bytes("other");

TagChange latest(const std::string& version, const LatestFacts& facts) {
  return decide_latest("app", version, kOurs, facts).change;
}

}  // namespace

TEST_CASE("a version tag never changes its meaning, unless that is forced") {
  for (const bool force : {false, true}) {
    CHECK(decide_version_tag(kOurs, std::nullopt, force).change == TagChange::create);
    CHECK(decide_version_tag(kOurs, kOurs, force).change == TagChange::unchanged);
  }
  CHECK(decide_version_tag(kOurs, kOther, false).change == TagChange::refuse);
  const TagDecision forced = decide_version_tag(kOurs, kOther, true);
  CHECK(forced.change == TagChange::replace);
  CHECK(forced.reason == "it holds " + kOther.to_string());
}

TEST_CASE("a moving tag only goes forward") {
  CHECK(latest("v1.2.3", {}) == TagChange::create);
  CHECK(latest("v1.2.3", {kOurs, "v9.0.0", {"app-v9.0.0"}}) == TagChange::unchanged);
  CHECK(latest("v1.2.3", {kOther, "v1.2.2", {"app-v1.2.2", "app-v1.2.3"}}) == TagChange::move);
  CHECK(latest("v1.2.3", {kOther, "v1.2.3", {}}) == TagChange::move);
  CHECK(latest("v1.2.3", {kOther, std::nullopt, {}}) == TagChange::move);
  CHECK(latest("v1.2.3", {kOther, "no version", {}}) == TagChange::move);
  CHECK(latest("v1.2.3", {kOther, "v1.10.0", {}}) == TagChange::hold);
  CHECK(latest("v1.2.3", {kOther, std::nullopt, {"app-v1.10.0"}}) == TagChange::hold);
  CHECK(latest("v1.2.3", {std::nullopt, std::nullopt, {"app-v1.2.4"}}) == TagChange::hold);
}

TEST_CASE("pre-releases never move it, and never keep it back") {
  CHECK(latest("v2.0.0-rc.1", {}) == TagChange::hold);
  CHECK(latest("v2.0.0-rc.1", {kOurs, "v2.0.0-rc.1", {}}) == TagChange::hold);
  CHECK(latest("v1.2.3", {kOther, "v1.2.2", {"app-v2.0.0-rc.1"}}) == TagChange::move);
}

TEST_CASE("other roles and other tags do not matter") {
  CHECK(latest("v1.2.3",
               {kOther, "v1.2.2", {"horizon-v9.0.0", "v9.0.0", "app-main", "my-app-v9.0.0"}}) ==
        TagChange::move);
  CHECK(decide_latest("", "v1.2.3", kOurs, {kOther, std::nullopt, {"app-v9.0.0"}}).change ==
        TagChange::move);
  CHECK(decide_latest("", "v1.2.3", kOurs, {kOther, std::nullopt, {"v9.0.0"}}).reason ==
        "v9.0.0 is newer");
}

TEST_CASE("which changes write") {
  CHECK(writes(TagChange::create));
  CHECK(writes(TagChange::replace));
  CHECK(writes(TagChange::move));
  CHECK_FALSE(writes(TagChange::unchanged));
  CHECK_FALSE(writes(TagChange::hold));
  CHECK_FALSE(writes(TagChange::refuse));
  CHECK(std::string(to_string(TagChange::hold)) == "hold");
}
