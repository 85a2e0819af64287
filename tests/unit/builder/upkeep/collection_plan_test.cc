#include <doctest/doctest.h>

#include <set>

#include "builder/upkeep/collection.h"

using namespace cooper::upkeep;  // NOLINT(google-build-using-namespace)

namespace {

constexpr std::int64_t kNow = 1'700'000'000;
constexpr Limits kNone{std::nullopt, std::nullopt, std::nullopt, true};

Entry entry(EntryKind kind, const std::string& id, std::uint64_t bytes, std::int64_t age,
            const std::string& layer = "") {
  Entry one;
  one.kind = kind;
  one.id = id;
  one.bytes = bytes;
  one.used = one.created = kNow - age;
  if (!layer.empty()) one.layers = {layer};
  return one;
}

// Two steps, one of an old and one of a new layer; a layer an image needs; a cache mount.
std::vector<Entry> sample() {
  std::vector<Entry> entries = {entry(EntryKind::step, "old-step", 1, 1000, "old"),
                                entry(EntryKind::step, "new-step", 1, 10, "new"),
                                entry(EntryKind::layer, "old", 100, 1000, "old"),
                                entry(EntryKind::layer, "new", 100, 10, "new"),
                                entry(EntryKind::layer, "image", 100, 5000, "image"),
                                entry(EntryKind::snapshot, "old", 50, 1000, "old"),
                                entry(EntryKind::snapshot, "image", 50, 5000, "image"),
                                entry(EntryKind::mount, "mount", 30, 500),
                                entry(EntryKind::leftover, "rest", 7, 1),
                                entry(EntryKind::image, "i", 5, 5000)};
  entries[4].pinned = entries[9].pinned = true;
  return entries;
}

std::set<std::string> names(const std::vector<Entry>& entries, const Removals& removals) {
  std::set<std::string> out;
  for (const Removal& one : removals.list)
    out.insert(std::string(to_string(entries[one.entry].kind)) + " " + entries[one.entry].id);
  return out;
}

}  // namespace

TEST_CASE("without limits only leftovers go") {
  const auto entries = sample();
  CHECK(names(entries, plan_limits(entries, kNone, 1000, 0, kNow)) ==
        std::set<std::string>{"leftover rest"});
}

TEST_CASE("what is too old goes, a step with its layer and its directory") {
  const auto entries = sample();
  Limits limits = kNone;
  limits.keep_seconds = 600;
  const Removals removals = plan_limits(entries, limits, 1000, 0, kNow);
  CHECK(names(entries, removals) == std::set<std::string>{"leftover rest", "step old-step",
                                                          "layer old", "snapshot old",
                                                          "snapshot image"});
  CHECK(removals.bytes == 7 + 1 + 100 + 50 + 50);
}

TEST_CASE("a limit of size takes the longest unused, and no more than it must") {
  const auto entries = sample();
  Limits limits = kNone;
  limits.max_size = 950;
  // Leftovers (7) and the oldest snapshot (50) are enough.
  CHECK(names(entries, plan_limits(entries, limits, 1000, 0, kNow)) ==
        std::set<std::string>{"leftover rest", "snapshot image"});
  limits.max_size = 1;
  const Removals all = plan_limits(entries, limits, 1000, 0, kNow);
  CHECK(names(entries, all).contains("mount mount"));
  CHECK_FALSE(names(entries, all).contains("layer image"));
  CHECK_FALSE(names(entries, all).contains("image i"));
  CHECK(all.over == 1000 - all.bytes - 1);
}

TEST_CASE("a limit of free space counts what the file system has") {
  const auto entries = sample();
  Limits limits = kNone;
  limits.min_free = 50;
  CHECK(plan_limits(entries, limits, 1000, 60, kNow).list.size() == 1);
  CHECK(names(entries, plan_limits(entries, limits, 1000, 0, kNow)).contains("snapshot image"));
}

TEST_CASE("a layer two steps speak of stays until both go") {
  std::vector<Entry> entries = {entry(EntryKind::step, "a", 1, 1000, "l"),
                                entry(EntryKind::step, "b", 1, 10, "l"),
                                entry(EntryKind::layer, "l", 100, 10, "l")};
  Limits limits = kNone;
  limits.keep_seconds = 600;
  CHECK(names(entries, plan_limits(entries, limits, 1000, 0, kNow)) ==
        std::set<std::string>{"step a"});
  Filter layers;
  layers.kinds = {EntryKind::layer};
  CHECK(plan_filter(entries, layers, kNow).list.empty());
}

TEST_CASE("filters must all fit") {
  auto entries = sample();
  entries[0].targets = {"app"};
  entries[7].name = "composer cache";
  Filter filter;
  filter.kinds = {EntryKind::mount};
  CHECK(names(entries, plan_filter(entries, filter, kNow)) == std::set<std::string>{"mount mount"});
  filter.unused_for = 501;
  CHECK(plan_filter(entries, filter, kNow).list.empty());
  filter.unused_for = 500;
  CHECK(plan_filter(entries, filter, kNow).list.size() == 1);
  filter.name = "npm";
  CHECK(plan_filter(entries, filter, kNow).list.empty());
  filter.name = "composer";
  CHECK(plan_filter(entries, filter, kNow).list.size() == 1);
  Filter target;
  target.target = "app";
  CHECK(names(entries, plan_filter(entries, target, kNow)) ==
        std::set<std::string>{"step old-step", "layer old", "snapshot old"});
}
