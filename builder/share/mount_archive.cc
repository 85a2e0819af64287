#include "builder/share/mount_archive.h"

#include <fcntl.h>

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/disk_entry.h"

namespace cooper::share {
namespace {

using layer::DiskEntry;
using layer::EntryType;

using Visit = std::function<void(DiskEntry file)>;

// Parents first, in the order layers have.
void walk(int directory, const std::string& path, const Visit& visit) {
  std::vector<std::string> names = base::list_directory(directory, path);
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    std::optional<DiskEntry> file =
        layer::read_disk_entry(directory, name, path.empty() ? name : path + "/" + name);
    if (!file) continue;
    const EntryType type = file->entry.type;
    if (type == EntryType::directory) {
      const base::Fd below = file->fd.duplicate();
      const std::string inner = file->entry.path;
      visit(*std::move(file));
      walk(below.get(), inner, visit);
    } else if (type == EntryType::file || type == EntryType::symlink) {
      visit(*std::move(file));
    }
  }
}

}  // namespace

std::uint64_t mount_bytes(int directory) {
  std::uint64_t bytes = 0;
  layer::FirstNames names;
  walk(directory, "", [&](const DiskEntry& file) {
    if (file.entry.type == EntryType::file && !names.find_or_note(file)) bytes += file.entry.size;
  });
  return bytes;
}

layer::WrittenLayer archive_mount(store::Store& store, int directory,
                                  const layer::LayerOptions& options) {
  layer::LayerWriter writer(store, options);
  layer::FirstNames names;
  walk(directory, "", [&](DiskEntry file) {
    layer::Entry entry = file.entry;
    if (entry.type != EntryType::file) return writer.add(std::move(entry), nullptr);
    if (const auto first = names.find_or_note(file)) {
      entry.type = EntryType::hardlink;
      entry.link = *first;
      entry.size = 0;
      return writer.add(std::move(entry), nullptr);
    }
    base::FdSource content(std::move(file.fd), entry.path);
    writer.add(std::move(entry), &content);
  });
  return writer.finish();
}

}  // namespace cooper::share
