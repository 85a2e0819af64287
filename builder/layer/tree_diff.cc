// write_tree_diff: a whole tree against what its stack of layers says.
#include "builder/layer/tree_diff.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "builder/layer/diff_writer.h"

namespace cooper::layer {
namespace {

using Names = std::vector<std::string>;

class TreeDiff {
 public:
  TreeDiff(store::Store& store, const LayerStack& before, const DiffOptions& diff,
           const LayerOptions& options)
      : before_(before), clamp_(options.clamp_mtime), out_(store, diff, options) {}

  void walk(DiskEntry directory, const Entry* before);
  [[nodiscard]] WrittenLayer finish() { return out_.finish(); }

 private:
  void compare(int parent, const std::string& name, std::string path, bool was_there);
  [[nodiscard]] bool is_same_file(const DiskEntry& disk, const Entry& before) const;

  const LayerStack& before_;
  std::optional<std::int64_t> clamp_;
  DiffWriter out_;
};

bool TreeDiff::is_same_file(const DiskEntry& disk, const Entry& before) const {
  const Entry& now = disk.entry;
  if (!out_.same_attributes(now, before) || now.size != before.size || now.link != before.link)
    return false;
  const bool time_tells =
      now.mtime_nanoseconds == before.mtime_nanoseconds && (!clamp_ || now.mtime < *clamp_);
  if (now.type != EntryType::file || time_tells) return true;
  // Clamped times and whole seconds do not tell two builds apart: the bytes must.
  if (!before.content) return false;
  base::FdSource source(disk.fd.duplicate(), now.path);
  base::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{128} << 10);
  for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer)) {
    hash.update(std::span<const std::byte>(buffer).first(count));
  }
  if (::lseek(disk.fd.get(), 0, SEEK_SET) != 0) base::throw_errno("rewind", now.path);
  return hash.finish() == *before.content;
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
    const bool was_directory = before && before->entry->type == EntryType::directory;
    walk(std::move(*disk), was_directory ? before->entry : nullptr);
  } else if (!before || !is_same_file(*disk, *before->entry)) {
    out_.write(std::move(*disk));
  }
}

// `before` is null for a directory that is new.
void TreeDiff::walk(DiskEntry directory, const Entry* before) {
  const std::string& path = directory.entry.path;
  out_.enter(directory.entry, before == nullptr || !out_.same_attributes(directory.entry, *before));
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
