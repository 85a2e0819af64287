#include "builder/engine/copy_layout.h"

#include "base/error.h"
#include "base/path.h"

namespace cooper::engine {

using base::Error;
using base::ErrorKind;
using layer::EntryType;

std::string CopyLayout::locate(const std::string& destination) const {
  const std::string clean = base::clean_below_root(destination);
  return options_.link ? clean : below_.resolve(clean, true);
}

const layer::Entry* CopyLayout::existing(const std::string& path) const {
  const auto planned = entries_.find(path);
  if (planned != entries_.end()) return &planned->second.entry;
  if (options_.link) return nullptr;
  const auto found = below_.find(path);
  return found ? found->entry : nullptr;
}

bool CopyLayout::is_directory(const std::string& path) const {
  if (path.empty()) return true;
  const layer::Entry* entry = existing(path);
  return entry != nullptr && entry->type == EntryType::directory;
}

void CopyLayout::change(layer::Entry& entry) const {
  if (options_.owner) {
    entry.uid = options_.owner->uid;
    entry.gid = options_.owner->gid;
  }
  if (options_.mode && entry.type != EntryType::symlink) {
    entry.mode = options_.mode->apply(entry.mode, entry.type == EntryType::directory);
  }
}

void CopyLayout::make_directory(const std::string& path) {
  if (path.empty()) return;
  add_parents(path);
  if (entries_.contains(path)) return;
  layer::Entry entry;
  if (const layer::Entry* known = existing(path)) {
    if (known->type != EntryType::directory) {
      throw Error(ErrorKind::usage, "copy to", "/" + path, "it exists and is not a directory");
    }
    entry = *known;
    entry.opaque = false;
  } else {
    entry.type = EntryType::directory;
    entry.mode = 0755;
    entry.mtime = options_.directory_time;
    change(entry);
  }
  entry.path = path;
  entries_.emplace(path, PlannedEntry{std::move(entry), {}});
}

void CopyLayout::add_parents(const std::string& path) {
  const std::string parent(base::parent_path(path));
  if (!parent.empty() && !entries_.contains(parent)) make_directory(parent);
}

void CopyLayout::place(const std::string& path, layer::Entry entry, Bytes bytes) {
  const bool directory = entry.type == EntryType::directory;
  if (directory && is_directory(path)) {
    make_directory(path);  // keeps its attributes (row C4)
    return;
  }
  const layer::Entry* known = path.empty() ? nullptr : existing(path);
  if (directory && known != nullptr) {
    throw Error(ErrorKind::usage, "copy to", "/" + path,
                "cannot copy a directory to what is not a directory");
  }
  if (!directory && is_directory(path)) {
    throw Error(ErrorKind::usage, "copy to", "/" + path, "cannot replace a directory with a file");
  }
  add_parents(path);
  entry.path = path;
  change(entry);
  entries_.insert_or_assign(path, PlannedEntry{std::move(entry), std::move(bytes)});
}

void CopyLayout::order_hard_links() {
  std::map<std::string, std::vector<std::string>>
      names;  // file with the bytes -> its links, both in path order
  for (const auto& [path, planned] : entries_) {
    if (planned.entry.type == EntryType::hardlink) names[planned.entry.link].push_back(path);
  }
  for (auto& [target, links] : names) {
    const auto holder = entries_.find(target);
    if (holder == entries_.end() || holder->second.entry.type != EntryType::file) {
      throw Error(ErrorKind::usage, "unpack hard link", "/" + links.front(),
                  "its target is not in the archive");
    }
    if (layer::path_less(target, links.front())) continue;
    PlannedEntry& first = entries_.at(links.front());
    std::swap(first.bytes, holder->second.bytes);
    std::swap(first.entry, holder->second.entry);
    std::swap(first.entry.path, holder->second.entry.path);
    holder->second.entry.link = links.front();
    for (const std::string& link : links) {
      if (link != links.front()) entries_.at(link).entry.link = links.front();
    }
  }
}

namespace {

Bytes bytes_of(const SelectedSource& source, const SelectedItem& item) {
  if (source.remote) return FileBytes{&source.remote->content, 0};
  if (source.text) return TextBytes{&*source.text};
  return TreeBytes{item.entry};
}

}  // namespace

void lay_out(CopyLayout& layout, const SelectedSource& source, const std::string& destination,
             bool into_directory) {
  std::string target = layout.locate(destination);
  if (!source.directory && (into_directory || layout.is_directory(target))) {
    layout.make_directory(target);
    target += (target.empty() ? "" : "/") + source.base_name;
  }
  for (const SelectedItem& item : source.items) {
    std::string path = target;
    if (!item.path.empty()) path += (path.empty() ? "" : "/") + item.path;
    Bytes bytes;
    if (item.entry.type == EntryType::file) bytes = bytes_of(source, item);
    layout.place(path, item.entry, std::move(bytes));
  }
}

}  // namespace cooper::engine
