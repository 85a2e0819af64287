#include "builder/layer/layer_index.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/path.h"

namespace cooper::layer {

bool path_less(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  const auto different =
      std::mismatch(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(common), b.begin());
  const auto at = static_cast<std::size_t>(different.first - a.begin());
  if (at == common) return a.size() < b.size();
  if (a[at] == '/') return true;
  if (b[at] == '/') return false;
  return static_cast<unsigned char>(a[at]) < static_cast<unsigned char>(b[at]);
}

LayerIndex::LayerIndex(std::vector<Entry> entries) : entries_(std::move(entries)) {
  const auto less = [](const Entry& a, const Entry& b) { return path_less(a.path, b.path); };
  if (!std::is_sorted(entries_.begin(), entries_.end(), less))
    std::sort(entries_.begin(), entries_.end(), less);
  const auto twice =
      std::adjacent_find(entries_.begin(), entries_.end(),
                         [](const Entry& a, const Entry& b) { return a.path == b.path; });
  if (twice != entries_.end()) {
    throw base::Error(base::ErrorKind::corrupt, "index layer", twice->path,
                      "the path is there twice");
  }
}

std::size_t LayerIndex::lower_bound(std::string_view path) const {
  const auto found = std::lower_bound(
      entries_.begin(), entries_.end(), path,
      [](const Entry& entry, std::string_view p) { return path_less(entry.path, p); });
  return static_cast<std::size_t>(found - entries_.begin());
}

const Entry* LayerIndex::find(std::string_view path) const {
  const std::size_t at = lower_bound(path);
  return at < entries_.size() && entries_[at].path == path ? &entries_[at] : nullptr;
}

bool is_below(std::string_view path, std::string_view directory) {
  return path.size() > directory.size() && path[directory.size()] == '/' &&
         path.starts_with(directory);
}

LowerNeeds lower_needs(const LayerIndex& index) {
  LowerNeeds needs;
  std::string_view last_parent;  // neighbours mostly share it
  for (const Entry& entry : index.entries()) {
    const std::string_view parent = base::parent_path(entry.path);
    if (parent != last_parent && !parent.empty() && index.find(parent) == nullptr)
      needs.parents = true;
    last_parent = parent;
    if (entry.type == EntryType::hardlink && index.find(entry.link) == nullptr) needs.links = true;
  }
  return needs;
}

}  // namespace cooper::layer
