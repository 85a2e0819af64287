#include "builder/upkeep/collector.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/trace.h"

namespace cooper::upkeep {
namespace {

constexpr std::string_view kKind = "upkeep";
constexpr const char* kUsage = "usage";  // "<total> <time of the last measurement>\n"
constexpr std::int64_t kDay = 86'400;

std::int64_t now() { return static_cast<std::int64_t>(::time(nullptr)); }

// More than what a step leaves besides its layer: records, an index, directories.
constexpr std::uint64_t kBesides = 64 * 1024;

struct Usage {
  std::uint64_t total;
  std::int64_t time;  // of the measurement
};

void write_usage(const store::Store& store, const Usage& usage) {
  store.write_record(kKind, kUsage,
                     std::to_string(usage.total) + " " + std::to_string(usage.time) + "\n");
}

std::optional<Usage> read_usage(const store::Store& store) {
  const auto text = store.read_record(kKind, kUsage);
  if (!text) return std::nullopt;
  std::array<std::uint64_t, 2> numbers{};
  const char* at = text->data();
  const char* end = at + text->size();
  for (std::uint64_t& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || next == end) return std::nullopt;
    at = next + 1;
  }
  return Usage{numbers[0], static_cast<std::int64_t>(numbers[1])};
}

}  // namespace

std::optional<Collected> collect(const std::string& root, const Limits& limits,
                                 const std::function<bool()>& stop) {
  const base::Span span("collection", root);
  const store::Store store = store::Store::open(root, store::Holding::no);
  const auto lock = store.try_lock("upkeep", "collection");
  if (!lock) return std::nullopt;
  const Contents contents = read_contents(store);
  const std::vector<Entry> entries = list_entries(contents);
  const std::uint64_t total = contents.disk.total();
  const Removals removals = plan_limits(entries, limits, total, free_bytes(store), now());
  Collected collected;
  collected.removed = remove(store, contents, entries, removals, stop);
  collected.total = total - std::min(total, collected.removed.bytes);
  collected.over = removals.over;
  write_usage(store, {collected.total, now()});
  return collected;
}

SizeGuard::SizeGuard(const store::Store& store, const Limits& limits)
    : store_(store), limits_(limits) {
  load();
  const std::vector<std::string> names = large_things(store_);
  known_.insert(names.begin(), names.end());
}

void SizeGuard::load() {
  auto usage = read_usage(store_);
  if (!usage) {
    // A new store, or one of a cooper that did not measure: measured once, here.
    usage = Usage{measure(store_).total(), now()};
    write_usage(store_, *usage);
  }
  total_ = usage->total;
  measured_ = usage->time;
}

// Adds to the common number what is new since this guard looked last. What another build has
// counted too is counted twice: that only leads to an earlier measurement.
void SizeGuard::add_new() {
  std::uint64_t bytes = 0;
  for (std::string& name : large_things(store_)) {
    if (known_.contains(name)) continue;
    bytes += measure_one(store_, name) + kBesides;
    known_.insert(std::move(name));
  }
  if (bytes == 0) return load();
  const store::Lock lock = store_.lock("upkeep", "usage", {});
  load();
  total_ += bytes;
  write_usage(store_, {total_, measured_});
}

bool SizeGuard::is_over() const {
  if (limits_.min_free && free_bytes(store_) < *limits_.min_free) return true;
  return limits_.max_size && total_ > *limits_.max_size;
}

void SizeGuard::check() {
  const std::lock_guard guard(mutex_);
  add_new();
  if (!is_over()) return;
  const auto collected = collect(store_.path(), limits_);
  if (!collected) return;
  load();
  // What images need stays, and what this build needs: asking again after each step would only
  // cost time, so the limit counts from here.
  if (limits_.max_size && collected->total > *limits_.max_size)
    limits_.max_size = collected->total + collected->total / 20;
  const std::uint64_t free = free_bytes(store_);
  if (limits_.min_free && free < *limits_.min_free) limits_.min_free = free - free / 20;
}

bool SizeGuard::is_due() {
  const std::lock_guard guard(mutex_);
  add_new();
  return is_over() || now() - measured_ > kDay;
}

}  // namespace cooper::upkeep
