#include "cli/time_use.h"

#include <algorithm>
#include <array>
#include <map>

#include "cli/build_summary.h"

namespace cooper::cli {
namespace {

// The most telling first: what others wait for, then what a whole step does.
constexpr std::array<std::string_view, 12> kCategories = {
    "unpack", "run",  "upload", "download",   "compression", "hashing",
    "diff",   "copy", "disk",   "collection", "resolve",     "waiting"};

std::size_t rank_of(std::string_view category) {
  return static_cast<std::size_t>(std::ranges::find(kCategories, category) - kCategories.begin());
}

struct Edge {
  std::uint64_t at;
  std::size_t rank;
  int step;  // +1 begins, -1 ends
};

}  // namespace

std::string time_use_line(const std::vector<base::TraceEvent>& events) {
  std::vector<Edge> edges;
  std::uint64_t end = 0;
  for (const base::TraceEvent& event : events) {
    edges.push_back({event.begin, rank_of(event.category), 1});
    edges.push_back({event.end, rank_of(event.category), -1});
    end = std::max(end, event.end);
  }
  if (edges.empty()) return "";
  std::ranges::sort(edges, {}, &Edge::at);
  std::array<int, kCategories.size() + 1> open{};
  std::array<std::uint64_t, kCategories.size() + 1> used{};
  std::uint64_t last = 0;
  for (const Edge& edge : edges) {
    const auto going = std::ranges::find_if(open, [](int count) { return count > 0; });
    const auto which = static_cast<std::size_t>(going - open.begin());
    used[std::min(which, kCategories.size())] += edge.at - last;
    last = edge.at;
    open[edge.rank] += edge.step;
  }
  std::multimap<std::uint64_t, std::string_view, std::greater<>> sorted;
  for (std::size_t i = 0; i < used.size(); ++i) {
    constexpr std::uint64_t kWorthTelling = 50'000;
    if (used[i] >= kWorthTelling)
      sorted.emplace(used[i], i < kCategories.size() ? kCategories[i] : "other");
  }
  std::string line = "time: " + seconds_text(static_cast<double>(end) / 1e6);
  const char* separator = ", of it ";
  for (const auto& [microseconds, name] : sorted) {
    line +=
        separator + std::string(name) + " " + seconds_text(static_cast<double>(microseconds) / 1e6);
    separator = ", ";
  }
  return line;
}

}  // namespace cooper::cli
