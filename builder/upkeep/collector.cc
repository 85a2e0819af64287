#include "builder/upkeep/collector.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

#include "base/trace.h"

namespace cooper::upkeep {
namespace {

constexpr std::string_view kKind = "upkeep";
constexpr const char* kUsage = "usage";  // "<total> <free> <time>\n" of the last measurement
constexpr std::int64_t kDay = 86'400;

std::int64_t now() { return static_cast<std::int64_t>(::time(nullptr)); }

struct Usage {
  std::uint64_t total, free;
  std::int64_t time;
};

void write_usage(const store::Store& store, std::uint64_t total) {
  store.write_record(kKind, kUsage,
                     std::to_string(total) + " " + std::to_string(free_bytes(store)) + " " +
                         std::to_string(now()) + "\n");
}

std::optional<Usage> read_usage(const store::Store& store) {
  const auto text = store.read_record(kKind, kUsage);
  if (!text) return std::nullopt;
  std::array<std::uint64_t, 3> numbers{};
  const char* at = text->data();
  const char* end = at + text->size();
  for (std::uint64_t& number : numbers) {
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc() || next == end) return std::nullopt;
    at = next + 1;
  }
  return Usage{numbers[0], numbers[1], static_cast<std::int64_t>(numbers[2])};
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
  write_usage(store, collected.total);
  return collected;
}

SizeGuard::SizeGuard(const store::Store& store, const Limits& limits)
    : store_(store), limits_(limits) {
  load();
}

void SizeGuard::load() {
  if (const auto usage = read_usage(store_)) {
    total_ = usage->total;
    free_ = usage->free;
    measured_ = usage->time;
    return;
  }
  // A new store, or one of a cooper that did not measure: measured once, here.
  total_ = measure(store_).total();
  free_ = free_bytes(store_);
  measured_ = now();
  write_usage(store_, total_);
}

bool SizeGuard::is_over() const {
  const std::uint64_t free = free_bytes(store_);
  if (limits_.min_free && free < *limits_.min_free) return true;
  const std::uint64_t lost = free_ > free ? free_ - free : 0;
  return limits_.max_size && total_ + lost > *limits_.max_size;
}

void SizeGuard::check() {
  const std::lock_guard guard(mutex_);
  if (!is_over()) return;
  const auto collected = collect(store_.path(), limits_);
  load();
  if (!collected) return;
  // What images need stays, and what this build needs: asking again after each step would only
  // cost time, so the limit counts from here.
  if (limits_.max_size && collected->total > *limits_.max_size)
    limits_.max_size = collected->total + collected->total / 20;
  if (limits_.min_free && free_ < *limits_.min_free) limits_.min_free = free_ - free_ / 20;
}

bool SizeGuard::is_due() const { return is_over() || now() - measured_ > kDay; }

}  // namespace cooper::upkeep
