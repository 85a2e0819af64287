#include <algorithm>
#include <map>
#include <tuple>

#include "builder/upkeep/collection.h"

namespace cooper::upkeep {
namespace {

bool is_removable(const Entry& entry) {
  return entry.kind != EntryKind::base && entry.kind != EntryKind::image && !entry.pinned;
}

// Of two things of one age the cheaper to make again goes first.
int rank(EntryKind kind) {
  switch (kind) {
    case EntryKind::leftover: return 0;
    case EntryKind::failed: return 1;
    case EntryKind::snapshot: return 1;
    case EntryKind::context: return 2;
    case EntryKind::step: return 3;
    default: return 4;
  }
}

// Takes entries one after the other; with the last step of a layer the layer goes too.
class Planner {
 public:
  explicit Planner(const std::vector<Entry>& entries)
      : entries_(entries), planned_(entries.size()) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const Entry& entry = entries[i];
      if (entry.layers.empty()) continue;
      const std::string& layer = entry.layers.front();
      if (entry.kind == EntryKind::step) ++steps_[layer];
      if (entry.kind == EntryKind::layer) layers_[layer] = i;
      if (entry.kind == EntryKind::snapshot) snapshots_[layer].push_back(i);
    }
  }

  void take(std::size_t i, const std::string& reason) {
    const Entry& entry = entries_[i];
    if (planned_[i] || !is_removable(entry)) return;
    // A layer that steps still speak of goes with them.
    if (entry.kind == EntryKind::layer && steps_[entry.id] > 0) return;
    planned_[i] = true;
    removals_.list.push_back({i, reason});
    removals_.bytes += entry.bytes;
    if (entry.kind == EntryKind::step && --steps_[entry.layers.front()] == 0)
      take_layer(entry.layers.front(), reason);
    if (entry.kind == EntryKind::layer) {
      for (const std::size_t snapshot : snapshots_[entry.id]) take(snapshot, reason);
    }
  }

  [[nodiscard]] std::uint64_t bytes() const { return removals_.bytes; }
  [[nodiscard]] Removals result() { return std::move(removals_); }

  // Indexes, those that should go first in front.
  [[nodiscard]] std::vector<std::size_t> by_age() const {
    std::vector<std::size_t> order(entries_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
      const auto key = [&](std::size_t i) {
        return std::make_tuple(entries_[i].used, rank(entries_[i].kind), entries_[i].id);
      };
      return key(a) < key(b);
    });
    return order;
  }

 private:
  void take_layer(const std::string& id, const std::string& reason) {
    const auto found = layers_.find(id);
    if (found != layers_.end()) take(found->second, reason);
    for (const std::size_t snapshot : snapshots_[id]) take(snapshot, reason);
  }

  const std::vector<Entry>& entries_;
  std::vector<bool> planned_;
  std::map<std::string, std::size_t> steps_, layers_;
  std::map<std::string, std::vector<std::size_t>> snapshots_;
  Removals removals_;
};

bool fits(const Entry& entry, const Filter& filter, std::int64_t now) {
  if (!filter.kinds.empty() && !filter.kinds.contains(entry.kind)) return false;
  if (filter.unused_for && entry.used > now - *filter.unused_for) return false;
  if (!filter.target.empty() && !entry.targets.contains(filter.target)) return false;
  return filter.name.empty() || entry.name.find(filter.name) != std::string::npos ||
         entry.id.starts_with(filter.name);
}

}  // namespace

Removals plan_limits(const std::vector<Entry>& entries, const Limits& limits, std::uint64_t total,
                     std::uint64_t free, std::int64_t now) {
  Planner planner(entries);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].kind == EntryKind::leftover) planner.take(i, "left over");
  }
  const std::vector<std::size_t> order = planner.by_age();
  for (const std::size_t i : order) {
    if (!limits.keep_seconds || entries[i].used >= now - *limits.keep_seconds) break;
    planner.take(i, "too old");
  }
  const auto over = [&]() -> std::uint64_t {
    const std::uint64_t gone = planner.bytes();
    std::uint64_t bytes = 0;
    if (limits.max_size && total - std::min(total, gone) > *limits.max_size)
      bytes = total - std::min(total, gone) - *limits.max_size;
    if (limits.min_free && free + gone < *limits.min_free)
      bytes = std::max(bytes, *limits.min_free - free - gone);
    return bytes;
  };
  for (const std::size_t i : order) {
    if (over() == 0) break;
    if (entries[i].kind != EntryKind::build) planner.take(i, "over the limit");
  }
  const std::uint64_t left = over();
  Removals removals = planner.result();
  removals.over = left;
  return removals;
}

Removals plan_filter(const std::vector<Entry>& entries, const Filter& filter, std::int64_t now) {
  Planner planner(entries);
  // Steps first, so that layers they alone speak of can go.
  for (const bool steps : {true, false}) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if ((entries[i].kind == EntryKind::step) == steps && fits(entries[i], filter, now))
        planner.take(i, "asked for");
    }
  }
  return planner.result();
}

}  // namespace cooper::upkeep
