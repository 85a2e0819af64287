#include "builder/context/context_cache.h"

#include <algorithm>
#include <utility>

#include "base/path.h"
#include "base/thread_pool.h"

namespace cooper::context {
namespace {

const Node* find_in(const std::vector<Node>& nodes, const std::string& path) {
  const auto found = std::lower_bound(
      nodes.begin(), nodes.end(), path,
      [](const Node& node, const std::string& wanted) { return node.entry.path < wanted; });
  return found != nodes.end() && found->entry.path == path ? &*found : nullptr;
}

bool is_directory(const Node& node) { return node.entry.type == layer::EntryType::directory; }

}  // namespace

void ContextCache::look_at(const Node& node) {
  if (S_ISREG(node.status.st_mode) && node.status.st_nlink > 1) saw_hardlinks_ = true;
}

Listing ContextCache::list(const std::string& directory) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = listings_.find(directory);
    if (found != listings_.end()) return found->second;
  }
  // Two threads may scan at once; the first result stands, so that every one sees the same.
  auto nodes = std::make_shared<std::vector<Node>>(scanner_.scan_directory(directory));
  for (const Node& node : *nodes) look_at(node);
  const std::lock_guard lock(mutex_);
  if (singles_.empty()) return listings_.try_emplace(directory, std::move(nodes)).first->second;
  for (Node& node : *nodes) {
    const auto seen = singles_.find(node.entry.path);
    if (seen != singles_.end() && seen->second) node = *seen->second;
  }
  return listings_.try_emplace(directory, std::move(nodes)).first->second;
}

void ContextCache::read_ahead(const std::string& directory) {
  constexpr std::size_t kWorthThreads = 8;
  std::vector<std::string> level = {directory};
  while (!level.empty()) {
    std::vector<Listing> listings(level.size());
    const unsigned threads = level.size() < kWorthThreads ? 1 : threads_;
    base::parallel_for(threads, level.size(), [&](std::size_t i) { listings[i] = list(level[i]); });
    level.clear();
    for (const Listing& listing : listings) {
      for (const Node& node : *listing) {
        if (is_directory(node)) level.push_back(node.entry.path);
      }
    }
  }
}

bool ContextCache::is_visible(const Node& node) {
  if (!node.ignored) return true;
  if (!is_directory(node)) return false;
  const Listing listing = list(node.entry.path);
  return std::any_of(listing->begin(), listing->end(),
                     [&](const Node& child) { return is_visible(child); });
}

const Node* ContextCache::find_node(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto single = singles_.find(path); single != singles_.end()) {
      return single->second ? &*single->second : nullptr;
    }
    const auto listing = listings_.find(std::string(base::parent_path(path)));
    if (!path.empty() && listing != listings_.end()) return find_in(*listing->second, path);
  }
  std::optional<Node> node = scanner_.scan(path);
  if (node) look_at(*node);
  const std::lock_guard lock(mutex_);
  const auto& kept = singles_.try_emplace(path, std::move(node)).first->second;
  return kept ? &*kept : nullptr;
}

const Node* ContextCache::find(const std::string& path) {
  const Node* node = find_node(path);
  return node != nullptr && is_visible(*node) ? node : nullptr;
}

}  // namespace cooper::context
