// write_tree_diff: a whole tree against what its stack of layers says.
#include "builder/layer/tree_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/file_at.h"
#include "builder/layer/diff_writer.h"

namespace cooper::layer {
namespace {

using Names = std::vector<std::string>;

class TreeDiff {
 public:
  TreeDiff(store::Store& store, const LayerStack& before, const DiffOptions& diff,
           const LayerOptions& options)
      : before_(before),
        clamp_(options.clamp_mtime),
        since_(diff.touched_since),
        out_(store, diff, options) {}

  void walk(DiskEntry directory, const Entry* before);
  [[nodiscard]] WrittenLayer finish() { return out_.finish(); }

 private:
  void compare(int parent, const std::string& name, std::string path, bool was_there);
  [[nodiscard]] bool is_untouched(const DiskEntry& disk) const;
  [[nodiscard]] bool is_touched(const timespec& time) const;
  [[nodiscard]] bool is_same_file(const DiskEntry& disk, const Entry& before) const;
  [[nodiscard]] bool took_place(const DiskEntry& directory, const Entry& before) const;
  [[nodiscard]] std::uint64_t names_of(const Entry& file) const;

  const LayerStack& before_;
  std::optional<std::int64_t> clamp_;
  std::optional<timespec> since_;
  mutable std::optional<std::map<const Entry*, std::uint64_t>> names_;
  DiffWriter out_;
};

// Whatever is done to a file, the kernel notes when.
bool TreeDiff::is_untouched(const DiskEntry& disk) const {
  return since_ && !is_touched(disk.changed);
}

bool TreeDiff::is_touched(const timespec& time) const {
  if (!since_) return false;
  return time.tv_sec != since_->tv_sec ? time.tv_sec > since_->tv_sec
                                       : time.tv_nsec >= since_->tv_nsec;
}

bool TreeDiff::is_same_file(const DiskEntry& disk, const Entry& before) const {
  const Entry& now = disk.entry;
  if (is_untouched(disk) && now.type == before.type && now.size == before.size) return true;
  if (!out_.same_attributes(now, before) || now.size != before.size || now.link != before.link)
    return false;
  if (now.type != EntryType::file) return true;
  if (since_ && disk.links > 1 && disk.links > names_of(before)) return false;
  const bool time_tells = !since_ && now.mtime_nanoseconds == before.mtime_nanoseconds &&
                          (!clamp_ || now.mtime < *clamp_);
  if (time_tells) return true;
  // Clamped times and whole seconds do not tell two builds apart: the bytes must.
  return before.content && has_content(disk, *before.content);
}

// By how many names the stack knows a file. Asked for few files: those that were touched and have
// several.
std::uint64_t TreeDiff::names_of(const Entry& file) const {
  if (!names_) {
    names_.emplace();
    before_.walk("", [&](const std::string&, const Found& found) {
      if (found.entry->type == EntryType::file) ++(*names_)[found.entry];
      return true;
    });
  }
  const auto found = names_->find(&file);
  return found == names_->end() ? 0 : found->second;
}

// As an overlay would say it: what was there is gone as a whole.
bool TreeDiff::took_place(const DiskEntry& directory, const Entry& before) const {
  if (before.type != EntryType::directory) return true;
  const auto birth = since_ ? birth_of(directory) : std::nullopt;
  return birth && is_touched(*birth);
}

void TreeDiff::compare(int parent, const std::string& name, std::string path, bool was_there) {
  if (out_.is_skipped(path)) return;
  auto disk = read_disk_entry(parent, name, path);
  const auto before = was_there ? before_.find(path) : std::nullopt;
  if (!disk || disk->entry.type == EntryType::socket || disk->entry.type == EntryType::whiteout) {
    if (before) out_.write_whiteout(path);
    return;
  }
  if (disk->entry.type == EntryType::directory) {
    disk->entry.opaque = before && took_place(*disk, *before->entry);
    const bool is_old = before && !disk->entry.opaque;
    walk(std::move(*disk), is_old ? before->entry : nullptr);
  } else if (!before || !is_same_file(*disk, *before->entry)) {
    out_.write(std::move(*disk));
  }
}

// `before` is null for a directory that is new.
void TreeDiff::walk(DiskEntry directory, const Entry* before) {
  const std::string& path = directory.entry.path;
  const bool is_same = before != nullptr &&
                       (is_untouched(directory) || out_.same_attributes(directory.entry, *before));
  out_.enter(directory.entry, !is_same);
  const Names now = base::list_directory(directory.fd.get(), path);
  const Names then = before != nullptr ? before_.list(path) : Names();
  Names all;
  std::set_union(now.begin(), now.end(), then.begin(), then.end(), std::back_inserter(all));
  for (const std::string& name : all) {
    const bool was_there = std::binary_search(then.begin(), then.end(), name);
    compare(directory.fd.get(), name, path.empty() ? name : path + "/" + name, was_there);
  }
  out_.leave();
}

}  // namespace

WrittenLayer write_tree_diff(store::Store& store, int root, const LayerStack& before,
                             const DiffOptions& diff, const LayerOptions& options) {
  TreeDiff walker(store, before, diff, options);
  walker.walk(read_disk_directory(base::open_at(root, ".", O_RDONLY | O_DIRECTORY), ""),
              before.find("")->entry);
  return walker.finish();
}

}  // namespace cooper::layer
