#include "builder/layer/layer_delta.h"

#include <algorithm>

#include "base/path.h"

namespace cooper::layer {
namespace {

constexpr std::size_t kWorthPart = 4;

bool is_plain(const LayerIndex& index) {
  const LowerNeeds needs = lower_needs(index);
  return !needs.parents && !needs.links &&
         std::none_of(index.entries().begin(), index.entries().end(), [](const Entry& entry) {
           return entry.type == EntryType::whiteout || entry.type == EntryType::hardlink ||
                  entry.opaque;
         });
}

// Walks two sorted indexes side by side.
class Comparison {
 public:
  Comparison(const LayerIndex& before, const LayerIndex& after)
      : before_(before.entries()),
        after_(after.entries()),
        most_((before_.size() + after_.size()) / 2 / kWorthPart) {}

  // False: given up.
  [[nodiscard]] bool run();
  LayerDelta delta;

 private:
  [[nodiscard]] bool both(const Entry& before, const Entry& after);
  void write(const std::string& path);
  void remove(const std::string& path);

  const std::vector<Entry>& before_;
  const std::vector<Entry>& after_;
  std::size_t most_, changes_ = 0;
};

void Comparison::write(const std::string& path) {
  ++changes_;
  delta.written.insert(path);
  for (std::string_view parent = base::parent_path(path); !parent.empty();
       parent = base::parent_path(parent)) {
    if (!delta.written.emplace(parent).second) break;
  }
}

void Comparison::remove(const std::string& path) {
  if (!delta.removed.empty() && is_below(path, delta.removed.back())) return;
  ++changes_;
  delta.removed.push_back(path);
  const std::string parent(base::parent_path(path));
  if (!parent.empty()) write(parent);
}

bool Comparison::both(const Entry& before, const Entry& after) {
  if (before == after) return true;
  const bool directory = before.type == EntryType::directory;
  if (directory != (after.type == EntryType::directory)) return false;
  write(after.path);
  return true;
}

bool Comparison::run() {
  std::size_t old_at = 0, new_at = 0;
  while (old_at < before_.size() || new_at < after_.size()) {
    if (changes_ > most_) return false;
    const bool only_old =
        new_at == after_.size() ||
        (old_at < before_.size() && path_less(before_[old_at].path, after_[new_at].path));
    const bool only_new = !only_old && (old_at == before_.size() ||
                                        path_less(after_[new_at].path, before_[old_at].path));
    if (only_old) {
      remove(before_[old_at++].path);
    } else if (only_new) {
      write(after_[new_at++].path);
    } else if (!both(before_[old_at++], after_[new_at++])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::optional<LayerDelta> make_delta(const LayerIndex& before, const LayerIndex& after) {
  if (!is_plain(before) || !is_plain(after)) return std::nullopt;
  Comparison comparison(before, after);
  if (!comparison.run()) return std::nullopt;
  return std::move(comparison.delta);
}

}  // namespace cooper::layer
