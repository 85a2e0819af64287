// What is removed when the cache is too large, too old, or when a person asks for it. Planning is
// pure; removing leaves alone what live processes hold.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "builder/upkeep/entry.h"
#include "builder/upkeep/limits.h"

namespace cooper::upkeep {

// What a person wants gone; empty members mean all.
struct Filter {
  std::set<EntryKind> kinds;
  std::optional<std::int64_t> unused_for;  // seconds
  std::string target;
  std::string name;  // part of a name, or the beginning of an id
  [[nodiscard]] bool empty() const {
    return kinds.empty() && !unused_for && target.empty() && name.empty();
  }
};

struct Removal {
  std::size_t entry = 0;  // index into the entries it was planned from
  std::string reason;     // "left over", "not used for 31 days", "limit of 20.0 GB"
};

struct Removals {
  std::vector<Removal> list;  // in the order to be done: records before what they speak of
  std::uint64_t bytes = 0;
  std::uint64_t over = 0;  // bytes that are over the limits still, as images need them
};

// What must go to obey the limits: leftovers, then what is too old, then the longest unused,
// snapshots (which can be made from layers) before others of their age. What an image needs stays.
// `total` is what the store takes now, `free` what its file system has left.
[[nodiscard]] Removals plan_limits(const std::vector<Entry>& entries, const Limits& limits,
                                   std::uint64_t total, std::uint64_t free, std::int64_t now);
// All that fits the filter, and what nothing refers to then.
[[nodiscard]] Removals plan_filter(const std::vector<Entry>& entries, const Filter& filter,
                                   std::int64_t now);

struct Removed {
  std::uint64_t bytes = 0;
  std::size_t entries = 0;
  std::size_t held = 0;  // entries that a live process needs
};
// `store` holds nothing. Stops early, between two entries, when `stop` says so.
Removed remove(const store::Store& store, const Contents& contents,
               const std::vector<Entry>& entries, const Removals& removals,
               const std::function<bool()>& stop = {});

}  // namespace cooper::upkeep
