#include "builder/layer/diff_writer.h"

#include <algorithm>
#include <utility>

namespace cooper::layer {
namespace {

LayerOptions with_threads(LayerOptions options, unsigned threads) {
  if (threads != 0) options.threads = threads;
  return options;
}

}  // namespace

DiffWriter::DiffWriter(store::Store& store, const DiffOptions& diff, const LayerOptions& options)
    : options_(with_threads(options, diff.threads)), writer_(store, options_), skip_(diff.skip) {
  std::sort(skip_.begin(), skip_.end());
}

bool DiffWriter::is_skipped(const std::string& path) const {
  return std::binary_search(skip_.begin(), skip_.end(), path);
}

Entry DiffWriter::clamped(Entry entry) const {
  if (options_.clamp_mtime) {
    entry.mtime = std::min(entry.mtime, *options_.clamp_mtime);
  }
  return entry;
}

bool DiffWriter::same_attributes(const Entry& disk, const Entry& before) const {
  const Entry now = clamped(disk);
  const bool same_mode =
      now.mode == before.mode || now.type == EntryType::symlink;  // a link's mode means nothing
  // Whoever makes a directory for a tree sets its time; only what one may do in the root counts.
  // Layers made here carry whole seconds; those from elsewhere may carry more.
  const bool same_time =
      now.path.empty() ||
      ((now.mtime == before.mtime || disk.mtime == before.mtime) &&
       (before.mtime_nanoseconds == 0 || now.mtime_nanoseconds == before.mtime_nanoseconds));
  return now.type == before.type && same_mode && same_time && now.uid == before.uid &&
         now.gid == before.gid && now.xattrs == before.xattrs &&
         now.device_major == before.device_major && now.device_minor == before.device_minor &&
         !now.opaque;
}

void DiffWriter::enter(const Entry& directory, bool changed) {
  // The root needs no entry for the sake of what is in it.
  open_.push_back(Pending{directory, directory.path.empty() && !changed});
  if (changed) write_pending();
}

void DiffWriter::leave() { open_.pop_back(); }

void DiffWriter::write_pending() {
  for (Pending& pending : open_) {
    if (pending.written) continue;
    writer_.add(pending.entry, nullptr);
    pending.written = true;
  }
}

void DiffWriter::write_whiteout(const std::string& path) {
  write_pending();
  Entry whiteout;
  whiteout.path = path;
  whiteout.type = EntryType::whiteout;
  writer_.add(std::move(whiteout), nullptr);
}

void DiffWriter::write(DiskEntry disk) {
  Entry& entry = disk.entry;
  if (entry.type == EntryType::socket) return;
  if (entry.type == EntryType::whiteout) return write_whiteout(entry.path);
  write_pending();
  if (entry.type != EntryType::file) {
    writer_.add(std::move(entry), nullptr);
    return;
  }
  if (const auto first = first_names_.find_or_note(disk)) {
    entry.type = EntryType::hardlink;
    entry.link = *first;
    entry.size = 0;
    entry.xattrs.clear();
    writer_.add(std::move(entry), nullptr);
    return;
  }
  base::FdSource content(std::move(disk.fd), entry.path);
  writer_.add(std::move(entry), &content);
}

}  // namespace cooper::layer
