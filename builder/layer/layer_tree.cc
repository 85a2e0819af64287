#include "builder/layer/layer_tree.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/path.h"

namespace cooper::layer {
namespace {

constexpr int kMaxLinks = 40;

std::string join(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

Entry implied_directory(std::string path) {
  Entry entry;
  entry.path = std::move(path);
  entry.type = EntryType::directory;
  entry.mode = 0755;
  return entry;
}

}  // namespace

LayerTree::LayerTree(const LayerLimits& limits, std::string layer,
                     std::function<void(const std::string&)> removed)
    : limits_(limits), layer_(std::move(layer)), removed_(std::move(removed)) {}

void LayerTree::fail(const std::string& path, const std::string& cause) const {
  throw base::Error(base::ErrorKind::corrupt, "read layer", layer_,
                    "member '" + path + "': " + cause);
}

// Makes sure that `directory`, whose parent is one, is a directory in the tree. False: it is not,
// and `make` is not set.
bool LayerTree::enter(std::string_view directory, bool make) {
  if (directory.empty()) return true;
  const auto found = nodes_.find(directory);
  if (found != nodes_.end() && found->second.entry.type == EntryType::directory) return true;
  if (!make) return false;
  const bool hides = found != nodes_.end() && found->second.entry.type == EntryType::whiteout;
  if (found != nodes_.end()) remove(std::string(directory));
  Node node{implied_directory(std::string(directory)), !hides};
  node.entry.opaque = hides;
  nodes_.insert_or_assign(std::string(directory), std::move(node));
  return true;
}

// The directory that is meant by `directory`, links followed; missing ones are made, or reported in
// `exists`.
std::string LayerTree::resolve(std::string_view directory, bool make, bool& exists) {
  std::vector<std::string> todo;
  const auto push = [&todo](std::string_view text) {
    const auto parts = base::split_path(text);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) todo.emplace_back(*part);
  };
  push(directory);
  std::string at;
  int links = 0;
  while (!todo.empty()) {
    const std::string name = std::move(todo.back());
    todo.pop_back();
    if (name == "..") {
      at = base::parent_path(at);
      continue;
    }
    std::string next = join(at, name);
    const auto found = nodes_.find(next);
    if (found != nodes_.end() && found->second.entry.type == EntryType::symlink) {
      if (++links > kMaxLinks) fail(std::string(directory), "too many levels of symbolic links");
      const std::string target = found->second.entry.link;
      if (base::is_absolute(target)) at.clear();
      push(target);
      if (todo.size() > 2 * limits_.depth) fail(std::string(directory), "its links lead too deep");
      continue;
    }
    if (!enter(next, make)) exists = false;
    at = std::move(next);
  }
  return at;
}

// The path of the tree that a member called `path` gets: its parent resolved, its name as it is.
std::string LayerTree::land(const std::string& path, bool make) {
  if (path.empty()) return path;
  const std::string_view parent = base::parent_path(path);
  if (!make || !last_parent_ || *last_parent_ != parent) {
    bool exists = true;
    std::string landed = resolve(parent, make, exists);
    if (!make) return exists ? join(landed, base::base_name(path)) : path;
    last_landed_ = std::move(landed);
    last_parent_ = parent;
  }
  std::string landed = join(last_landed_, base::base_name(path));
  if (landed.size() > limits_.path) fail(path, "its path is too long once its links are followed");
  return landed;
}

// Another name takes over the content of a file that goes away.
void LayerTree::promote_links(const std::string& first) {
  const auto [begin, end] = links_.equal_range(first);
  std::vector<std::string> names;
  for (auto link = begin; link != end; ++link) names.push_back(link->second);
  links_.erase(begin, end);
  const Entry content = nodes_.at(first).entry;
  std::erase_if(names, [&](const std::string& name) {
    const auto node = nodes_.find(name);
    return node == nodes_.end() || node->second.entry.type != EntryType::hardlink ||
           node->second.entry.link != first;
  });
  if (names.empty()) return;
  const std::string heir = names.front();
  for (const std::string& name : names) {
    Entry& entry = nodes_.at(name).entry;
    if (name == heir) {
      entry = content;
      entry.path = name;
    } else {
      entry.link = heir;
      links_.emplace(heir, name);
    }
  }
}

void LayerTree::remove(const std::string& path) {
  last_parent_.reset();
  if (removed_) removed_(path);
  const auto begin = nodes_.find(path);
  auto end = std::next(begin);
  while (end != nodes_.end() && end->first.size() > path.size() && end->first[path.size()] == '/' &&
         end->first.starts_with(path)) {
    ++end;
  }
  for (auto node = begin; node != end; ++node) {
    if (links_.count(node->first) > 0) promote_links(node->first);
  }
  nodes_.erase(begin, end);
}

const Entry& LayerTree::put(Entry entry) {
  entry.path = land(entry.path, true);
  if (entry.type == EntryType::symlink) last_parent_.reset();
  const auto found = nodes_.find(entry.path);
  if (found == nodes_.end()) {
    std::string path = entry.path;
    return nodes_.emplace_hint(nodes_.end(), std::move(path), Node{std::move(entry), false})
        ->second.entry;
  }
  Node& node = found->second;
  if (node.entry.type == EntryType::directory && entry.type == EntryType::directory) {
    entry.opaque = node.entry.opaque;
    node = Node{std::move(entry), false};
    return node.entry;
  }
  entry.opaque = node.entry.type == EntryType::whiteout && entry.type == EntryType::directory;
  std::string path = entry.path;
  remove(path);
  return nodes_.emplace(std::move(path), Node{std::move(entry), false}).first->second.entry;
}

const Entry* LayerTree::put_whiteout(Entry entry) {
  entry.path = land(entry.path, true);
  const auto found = nodes_.find(entry.path);
  if (found == nodes_.end()) {
    std::string path = entry.path;
    return &nodes_.emplace(std::move(path), Node{std::move(entry), false}).first->second.entry;
  }
  Node& node = found->second;
  if (node.entry.type == EntryType::whiteout) return &node.entry;
  if (node.entry.type != EntryType::directory) return nullptr;
  node.entry.opaque = true;
  node.implied = false;
  return &node.entry;
}

const Entry& LayerTree::put_opaque(const Entry& mark) {
  // The mark is in the directory, so the directory itself may be named through a link.
  const std::string path = std::string(base::parent_path(land(join(mark.path, "x"), true)));
  if (path.empty()) nodes_.try_emplace(path, Node{implied_directory(path), false});
  Node& node = nodes_.at(path);
  node.entry.opaque = true;
  node.implied = false;
  return node.entry;
}

const Entry& LayerTree::put_hardlink(Entry entry,
                                     const std::function<bool(const std::string&)>& lower_has) {
  const std::string target = land(entry.link, false);
  if (target == land(entry.path, false)) fail(entry.path, "a hard link to itself");
  const auto found = nodes_.find(target);
  const bool absent = found == nodes_.end() || found->second.implied ||
                      found->second.entry.type == EntryType::whiteout;
  if (absent) {
    if (found != nodes_.end() || !lower_has(target))
      fail(entry.path, "a hard link to '" + target + "', which is not there");
    entry.link = target;
    entry.size = 0;
    return put(std::move(entry));
  }
  Entry link = found->second.entry;
  const EntryType type = link.type;
  if (type == EntryType::directory)
    fail(entry.path, "a hard link to the directory '" + target + "'");
  if (type == EntryType::file) {
    link.type = EntryType::hardlink;
    link.link = target;
    link.size = 0;
    link.content.reset();
  }
  link.path = land(entry.path, true);
  if (link.path == target || (link.type == EntryType::hardlink && link.path == link.link))
    fail(entry.path, "a hard link to itself");
  const std::string path = link.path;
  if (nodes_.find(path) != nodes_.end()) remove(path);
  // Making room must not have taken the target away.
  const auto still = nodes_.find(target);
  if (still == nodes_.end() || still->second.entry.type != type) {
    fail(entry.path, "a hard link to '" + target + "', which it replaces");
  }
  const Entry& placed =
      nodes_.insert_or_assign(path, Node{std::move(link), false}).first->second.entry;
  if (placed.type == EntryType::hardlink) links_.emplace(placed.link, path);
  return placed;
}

LayerIndex LayerTree::take_index() {
  std::vector<Entry> entries;
  entries.reserve(nodes_.size());
  for (auto& [path, node] : nodes_) {
    if (!node.implied) entries.push_back(std::move(node.entry));
  }
  nodes_.clear();
  return LayerIndex(std::move(entries));
}

}  // namespace cooper::layer
