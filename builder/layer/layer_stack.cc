#include "builder/layer/layer_stack.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/path.h"

namespace cooper::layer {
namespace {

using Range = LayerStack::Range;
using View = LayerStack::View;

constexpr int kMaxLinks = 40;

const Entry& implied_directory() {
  static const Entry entry = [] {
    Entry directory;
    directory.type = EntryType::directory;
    directory.mode = 0755;
    return directory;
  }();
  return entry;
}

// The first entry of [begin, end) that is not below `directory`.
std::size_t end_below(const std::vector<Entry>& entries, std::size_t begin, std::size_t end,
                      std::string_view directory) {
  if (begin == end || !is_below(entries[begin].path, directory)) return begin;
  std::size_t step = 1;
  while (begin + step < end && is_below(entries[begin + step].path, directory)) {
    begin += step;
    step *= 2;
  }
  const auto first = entries.begin() + static_cast<std::ptrdiff_t>(begin) + 1;
  const auto last = entries.begin() + static_cast<std::ptrdiff_t>(std::min(begin + step, end));
  const auto found = std::partition_point(
      first, last, [&](const Entry& entry) { return is_below(entry.path, directory); });
  return static_cast<std::size_t>(found - entries.begin());
}

std::size_t lower_bound_in(const Range& range, std::string_view path, std::size_t common) {
  const auto& entries = range.index->entries();
  const std::string_view name = path.substr(common);
  const auto found = std::partition_point(
      entries.begin() + static_cast<std::ptrdiff_t>(range.begin),
      entries.begin() + static_cast<std::ptrdiff_t>(range.end), [&](const Entry& entry) {
        return path_less(std::string_view(entry.path).substr(common), name);
      });
  return static_cast<std::size_t>(found - entries.begin());
}

// What the layers of a view, asked from the top down, say about one path.
class Verdict {
 public:
  // `at` is the first entry of the range that is not before `path`. Returns the end of what the
  // range holds of `path`.
  std::size_t ask(const Range& range, std::size_t at, std::string_view path) {
    const auto& entries = range.index->entries();
    const Entry* entry = at < range.end && entries[at].path == path ? &entries[at] : nullptr;
    const std::size_t first = entry != nullptr ? at + 1 : at;
    const std::size_t last = end_below(entries, first, range.end, path);
    if (closed_ || (entry == nullptr && first == last)) return last;
    if (entry != nullptr && entry->type != EntryType::directory) {
      closed_ = true;
      if (!directory_ && entry->type != EntryType::whiteout) found_ = Found{entry, range.layer};
      return last;
    }
    if (!directory_) implied_layer_ = range.layer;
    directory_ = true;
    if (entry != nullptr && found_.entry == nullptr) found_ = Found{entry, range.layer};
    if (first < last) below_.push_back(Range{range.index, range.layer, first, last});
    closed_ = entry != nullptr && entry->opaque;
    return last;
  }

  [[nodiscard]] bool closed() const { return closed_; }
  [[nodiscard]] bool is_directory() const { return directory_; }
  [[nodiscard]] std::optional<Found> found() const {
    if (found_.entry != nullptr) return found_;
    if (directory_) return Found{&implied_directory(), implied_layer_};
    return std::nullopt;
  }
  [[nodiscard]] View take_below() { return std::move(below_); }

 private:
  Found found_;
  std::size_t implied_layer_ = 0;
  View below_;
  bool directory_ = false;
  bool closed_ = false;
};

// `common`: how many bytes of `path` all entries of the view have in common with it (the directory
// and its slash).
Verdict look(const View& view, std::string_view path, std::size_t common) {
  Verdict verdict;
  for (const Range& range : view) {
    if (verdict.closed()) break;
    verdict.ask(range, lower_bound_in(range, path, common), path);
  }
  return verdict;
}

// Calls visit(path, verdict) for each child, sorted. `directory` is the view's own path.
template <class Callback>
void for_each_child(const View& view, std::string_view directory, const Callback& visit) {
  const std::size_t prefix = directory.empty() ? 0 : directory.size() + 1;
  View rest = view;
  std::string path;
  while (true) {
    std::string_view next;
    for (const Range& range : rest) {
      if (range.begin == range.end) continue;
      const std::string_view whole = range.index->entries()[range.begin].path;
      const std::string_view child = whole.substr(0, whole.find('/', prefix));
      if (next.empty() || child < next) next = child;
    }
    if (next.empty()) return;
    path.assign(next);
    Verdict verdict;
    for (Range& range : rest) {
      if (range.begin == range.end) continue;
      const std::string& whole = range.index->entries()[range.begin].path;
      if (whole == path || is_below(whole, path))
        range.begin = verdict.ask(range, range.begin, path);
    }
    visit(std::as_const(path), verdict);
  }
}

using Visit = std::function<bool(const std::string& path, const Found& found)>;

}  // namespace

LayerStack::LayerStack(std::vector<std::shared_ptr<const LayerIndex>> layers)
    : layers_(std::move(layers)) {
  Verdict verdict;
  for (std::size_t layer = layers_.size(); layer-- > 0 && !verdict.closed();) {
    const auto& entries = layers_[layer]->entries();
    const bool has_root = !entries.empty() && entries.front().path.empty();
    const Entry* root = has_root ? &entries.front() : nullptr;
    if (root != nullptr && root_.entry == nullptr) root_ = Found{root, layer};
    const std::size_t begin = has_root ? 1 : 0;
    if (begin < entries.size())
      view_.push_back(Range{layers_[layer].get(), layer, begin, entries.size()});
    if (root != nullptr && root->opaque) break;
  }
  if (root_.entry == nullptr) root_.entry = &implied_directory();
}

std::optional<Found> LayerStack::find_link(std::string_view path, View* below) const {
  if (below != nullptr) *below = view_;
  if (path.empty()) return root_;
  View view;
  const View* at = &view_;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t slash = std::min(path.find('/', begin), path.size());
    Verdict verdict = look(*at, path.substr(0, slash), begin);
    if (slash == path.size()) {
      if (below != nullptr) *below = verdict.take_below();
      return verdict.found();
    }
    if (!verdict.is_directory()) break;
    view = verdict.take_below();
    at = &view;
    begin = slash + 1;
  }
  return std::nullopt;
}

// The entry that holds the bytes: another name in the same layer, or a file further down.
Found LayerStack::follow_hardlink(Found found) const {
  for (int hops = 0; found.entry->type == EntryType::hardlink; ++hops) {
    const std::string& target = found.entry->link;
    const Entry* same_layer = layers_[found.layer]->find(target);
    if (same_layer != nullptr && same_layer->type != EntryType::whiteout &&
        same_layer != found.entry && hops < kMaxLinks) {
      found.entry = same_layer;
      continue;
    }
    const auto lower_end = layers_.begin() + static_cast<std::ptrdiff_t>(found.layer);
    const LayerStack lower(std::vector(layers_.begin(), lower_end));
    const auto below = same_layer == nullptr ? lower.find(target) : std::nullopt;
    if (!below) {
      throw base::Error(base::ErrorKind::corrupt, "find what is linked as", found.entry->path,
                        "no layer has '" + target + "'");
    }
    return *below;
  }
  return found;
}

std::optional<Found> LayerStack::find(std::string_view path) const {
  const auto found = find_link(path, nullptr);
  if (!found || found->entry->type != EntryType::hardlink) return found;
  return follow_hardlink(*found);
}

std::string LayerStack::resolve(std::string_view path, bool follow_last) const {
  std::vector<std::string> todo;  // components still to be walked, the next one last
  const auto push = [&todo](std::string_view text) {
    const auto parts = base::split_path(text);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) todo.emplace_back(*part);
  };
  push(path);
  std::string at;
  View below = view_;  // what is in `at`; empty if it is no directory
  int links = 0;
  while (!todo.empty()) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      at = base::parent_path(at);
      if (!find_link(at, &below)) below.clear();
      continue;
    }
    const std::size_t common = at.empty() ? 0 : at.size() + 1;
    std::string next = at.empty() ? name : at + "/" + name;
    Verdict verdict = look(below, next, common);
    const auto found = verdict.found();
    if (found && found->entry->type == EntryType::symlink && (follow_last || !todo.empty())) {
      if (++links > kMaxLinks) {
        throw base::Error(base::ErrorKind::failure, "resolve", std::string(path),
                          "too many levels of symbolic links");
      }
      const std::string& target = found->entry->link;
      push(target);
      if (base::is_absolute(target)) {
        at.clear();
        below = view_;
      }
      continue;
    }
    at = std::move(next);
    below = verdict.take_below();
  }
  return at;
}

std::vector<std::string> LayerStack::list(std::string_view directory) const {
  std::vector<std::string> names;
  View view;
  if (!find_link(directory, &view)) return names;
  const std::size_t prefix = directory.empty() ? 0 : directory.size() + 1;
  for_each_child(view, directory, [&](const std::string& path, const Verdict& verdict) {
    if (verdict.found()) names.push_back(path.substr(prefix));
  });
  return names;
}

void LayerStack::walk_below(const View& view, std::string_view directory,
                            const Visit& visit) const {
  for_each_child(view, directory, [&](const std::string& path, Verdict& verdict) {
    const auto found = verdict.found();
    if (!found) return;
    if (!visit(path, follow_hardlink(*found)) || !verdict.is_directory()) return;
    walk_below(verdict.take_below(), path, visit);
  });
}

void LayerStack::walk(std::string_view directory, const Visit& visit) const {
  View view;
  const auto found = find_link(directory, &view);
  if (!found) return;
  const bool deeper = visit(std::string(directory), follow_hardlink(*found));
  if (deeper && found->entry->type == EntryType::directory) walk_below(view, directory, visit);
}

}  // namespace cooper::layer
