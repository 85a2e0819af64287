// write_overlay_diff: the upper directory of an overlay. Every entry in it is a change.
#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/diff_writer.h"
#include "builder/layer/tree_diff.h"
#include "builder/layer/xattrs.h"

namespace cooper::layer {
namespace {

class OverlayDiff {
 public:
  OverlayDiff(store::Store& store, const LayerStack& lower, const DiffOptions& diff,
              const LayerOptions& options)
      : lower_(lower),
        prefix_(diff.form == TreeForm::overlay_userxattr ? "user.overlay." : "trusted.overlay."),
        out_(store, diff, options) {}

  void walk(DiskEntry directory);
  [[nodiscard]] WrittenLayer finish() { return out_.finish(); }

 private:
  void read_marks(DiskEntry& directory) const;
  void refuse_marks(const DiskEntry& disk, const char* name) const;
  [[nodiscard]] bool is_changed(const Entry& directory) const;
  [[nodiscard]] bool is_same(const DiskEntry& disk) const;

  const LayerStack& lower_;
  bool lower_is_hidden_ = false;  // by an opaque directory above what is walked
  std::string prefix_;
  DiffWriter out_;
};

// Overlays can be mounted so that a renamed directory or a changed mode leaves only a mark; the
// bytes are elsewhere then.
void OverlayDiff::refuse_marks(const DiskEntry& disk, const char* name) const {
  if (!try_read_xattr(disk.fd.get(), prefix_ + name, disk.entry.path)) return;
  throw base::Error(base::ErrorKind::unsupported, "make layer from", disk.entry.path,
                    "the overlay was mounted with " + std::string(name));
}

void OverlayDiff::read_marks(DiskEntry& directory) const {
  refuse_marks(directory, "redirect");
  const auto opaque = try_read_xattr(directory.fd.get(), prefix_ + "opaque", directory.entry.path);
  directory.entry.opaque = opaque && *opaque == "y";
}

bool OverlayDiff::is_changed(const Entry& directory) const {
  const auto before = lower_.find(directory.path);
  return !before || !out_.same_attributes(directory, *before->entry);
}

// Copied up and not changed, or changed back. With several names it was linked anew.
bool OverlayDiff::is_same(const DiskEntry& disk) const {
  const Entry& now = disk.entry;
  if (lower_is_hidden_ || disk.links > 1 || now.type == EntryType::whiteout) return false;
  const auto before = lower_.find(now.path);
  if (!before || !out_.same_attributes(now, *before->entry)) return false;
  if (now.size != before->entry->size || now.link != before->entry->link) return false;
  if (now.type != EntryType::file) return true;
  return before->entry->content && has_content(disk, *before->entry->content);
}

void OverlayDiff::walk(DiskEntry directory) {
  read_marks(directory);
  const std::string& path = directory.entry.path;
  const bool was_hidden = lower_is_hidden_;
  lower_is_hidden_ = was_hidden || directory.entry.opaque;
  out_.enter(directory.entry, is_changed(directory.entry));
  for (const std::string& name : base::list_directory(directory.fd.get(), path)) {
    std::string child = path.empty() ? name : path + "/" + name;
    if (out_.is_skipped(child)) continue;
    auto disk = read_disk_entry(directory.fd.get(), name, std::move(child));
    if (!disk) continue;
    if (disk->entry.type == EntryType::directory) {
      walk(std::move(*disk));
    } else {
      if (disk->entry.type == EntryType::file) refuse_marks(*disk, "metacopy");
      if (!is_same(*disk)) out_.write(std::move(*disk));
    }
  }
  out_.leave();
  lower_is_hidden_ = was_hidden;
}

}  // namespace

WrittenLayer write_overlay_diff(store::Store& store, int upper, const LayerStack& lower,
                                const DiffOptions& diff, const LayerOptions& options) {
  if (diff.form == TreeForm::plain) return write_tree_diff(store, upper, lower, diff, options);
  OverlayDiff walker(store, lower, diff, options);
  walker.walk(read_disk_directory(base::open_at(upper, ".", O_RDONLY | O_DIRECTORY), ""));
  return walker.finish();
}

}  // namespace cooper::layer
