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

void CopyLayout::change(layer::Entry& entry, Changes changes) const {
  if (changes.owner && options_.owner) {
    entry.uid = options_.owner->uid;
    entry.gid = options_.owner->gid;
  }
  if (changes.mode && options_.mode && entry.type != EntryType::symlink) {
    entry.mode = options_.mode->apply(entry.mode, entry.type == EntryType::directory);
  }
}

void CopyLayout::make_directory(const std::string& path, Changes changes) {
  if (path.empty()) return;
  add_parents(path, changes);
  const layer::Entry* known = existing(path);
  if (known != nullptr && known->type != EntryType::directory) {
    throw Error(ErrorKind::usage, "copy to", "/" + path, "it exists and is not a directory");
  }
  if (entries_.contains(path)) return;
  layer::Entry entry;
  if (known != nullptr) {
    entry = *known;
    entry.opaque = false;
  } else {
    entry.type = EntryType::directory;
    entry.mode = changes.mode && options_.mode ? options_.mode->apply_to_new(0755) : 0755;
    entry.mtime = options_.directory_time;
    change(entry, Changes{changes.owner, false});
  }
  entry.path = path;
  entries_.emplace(path, PlannedEntry{std::move(entry), {}});
}

void CopyLayout::add_parents(const std::string& path, Changes changes) {
  const std::string parent(base::parent_path(path));
  if (!parent.empty()) make_directory(parent, changes);
}

// `entry` with its final attributes; the directory exists.
void CopyLayout::merge_directory(const std::string& path, layer::Entry entry) {
  for (const auto& [name, value] : existing(path)->xattrs) entry.xattrs.emplace(name, value);
  entry.path = path;
  entries_.insert_or_assign(path, PlannedEntry{std::move(entry), {}});
}

// Other names of the file that is planned at `path` keep its bytes.
void CopyLayout::detach_links(const std::string& path) {
  const auto holder = entries_.find(path);
  if (!has_links_ || holder == entries_.end()) return;
  PlannedEntry* heir = nullptr;
  for (auto& [name, planned] : entries_) {
    if (planned.entry.type != EntryType::hardlink || planned.entry.link != path) continue;
    if (heir == nullptr) {
      heir = &planned;
      planned = holder->second;
      planned.entry.path = name;
    } else {
      planned.entry.link = heir->entry.path;
    }
  }
}

void CopyLayout::put(const std::string& path, layer::Entry entry, Bytes bytes) {
  detach_links(path);
  has_links_ = has_links_ || entry.type == EntryType::hardlink;
  entry.path = path;
  entries_.insert_or_assign(path, PlannedEntry{std::move(entry), std::move(bytes)});
}

void CopyLayout::place(const std::string& path, layer::Entry entry, Bytes bytes) {
  const bool directory = entry.type == EntryType::directory;
  const layer::Entry* known = path.empty() ? nullptr : existing(path);
  if (directory && known != nullptr && known->type != EntryType::directory) {
    throw Error(ErrorKind::usage, "copy to", "/" + path,
                "cannot copy a directory to what is not a directory");
  }
  if (!directory && is_directory(path)) {
    throw Error(ErrorKind::usage, "copy to", "/" + path, "cannot replace a directory with a file");
  }
  add_parents(path, kChanged);
  change(entry, kChanged);
  if (directory && known != nullptr) {
    merge_directory(path, std::move(entry));
  } else {
    put(path, std::move(entry), std::move(bytes));
  }
}

void CopyLayout::place_parent(const std::string& path, layer::Entry entry) {
  const layer::Entry* known = existing(path);
  if (known == nullptr || known->type != EntryType::directory) {
    place(path, std::move(entry), {});
    return;
  }
  layer::Entry kept = *known;
  kept.opaque = false;
  kept.mode = entry.mode;
  add_parents(path, kChanged);
  merge_directory(path, std::move(kept));
}

void CopyLayout::unpack(const std::string& path, layer::Entry entry, Bytes bytes) {
  const bool directory = entry.type == EntryType::directory;
  add_parents(path, kPlain);
  change(entry, kOwned);
  if (directory && is_directory(path)) {
    merge_directory(path, std::move(entry));
    return;
  }
  const auto first = entries_.lower_bound(path + "/");
  auto last = first;
  while (last != entries_.end() && last->first.starts_with(path + "/")) ++last;
  for (auto inner = first; inner != last; ++inner) detach_links(inner->first);
  entries_.erase(first, last);
  put(path, std::move(entry), std::move(bytes));
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
  return TreeBytes{item.entry, source.tree.get()};
}

}  // namespace

void lay_out(CopyLayout& layout, const SelectedSource& source, const std::string& destination,
             bool into_directory) {
  std::string target = layout.locate(destination);
  if (source.directory) {
    layout.make_directory(target);
  } else if (into_directory || layout.is_directory(target)) {
    layout.make_directory(target);
    target += (target.empty() ? "" : "/") + source.base_name;
  }
  const auto place_of = [&](const std::string& below) {
    return target + (target.empty() || below.empty() ? "" : "/") + below;
  };
  for (const SelectedItem& item : source.items) {
    if (source.directory && item.path.empty()) continue;  // its contents are copied, not it
    if (item.parent) {
      layout.place_parent(place_of(item.path), item.entry);
    } else if (!item.same_as.empty()) {
      layer::Entry link = item.entry;
      link.type = EntryType::hardlink;
      link.link = place_of(item.same_as);
      link.size = 0;
      link.content.reset();
      layout.place(place_of(item.path), std::move(link), {});
    } else {
      Bytes bytes;
      if (item.entry.type == EntryType::file && item.entry.size > 0) bytes = bytes_of(source, item);
      layout.place(place_of(item.path), item.entry, std::move(bytes));
    }
  }
}

}  // namespace cooper::engine
