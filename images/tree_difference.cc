#include "images/tree_difference.h"

#include <cstdio>

namespace cooper::images {
namespace {

using layer::Entry;
using layer::EntryType;
using Kind = PathDifference::Kind;

struct Item {
  std::string path;
  const Entry* entry = nullptr;
};

std::vector<Item> items_of(const layer::LayerStack& stack) {
  std::vector<Item> items;
  stack.walk("", [&items](const std::string& path, const layer::Found& found) {
    items.push_back({path, found.entry});
    return true;
  });
  return items;
}

const char* name_of(EntryType type) {
  switch (type) {
    case EntryType::file:
    case EntryType::hardlink: return "file";
    case EntryType::directory: return "directory";
    case EntryType::symlink: return "link";
    case EntryType::character: return "character device";
    case EntryType::block: return "block device";
    case EntryType::fifo: return "fifo";
    case EntryType::socket: return "socket";
    case EntryType::whiteout: return "whiteout";
  }
  return "?";
}

std::string octal(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

std::string owner(const Entry& entry) {
  return std::to_string(entry.uid) + ":" + std::to_string(entry.gid);
}

std::vector<std::string> differences(const Entry& a, const Entry& b, const TreeOptions& options) {
  std::vector<std::string> what;
  const auto say = [&what](const std::string& noun, const std::string& from,
                           const std::string& to) {
    if (from != to) what.push_back(noun + " " + from + " -> " + to);
  };
  say("type", name_of(a.type), name_of(b.type));
  say("mode", octal(a.mode), octal(b.mode));
  say("owner", owner(a), owner(b));
  if (a.type != b.type) return what;
  if (a.type == EntryType::file) say("size", std::to_string(a.size), std::to_string(b.size));
  if (a.content != b.content) what.emplace_back("content");
  say("target", a.link, b.link);
  say("device", std::to_string(a.device_major) + ":" + std::to_string(a.device_minor),
      std::to_string(b.device_major) + ":" + std::to_string(b.device_minor));
  if (a.xattrs != b.xattrs) what.emplace_back("extended attributes");
  if (options.times && (a.mtime != b.mtime || a.mtime_nanoseconds != b.mtime_nanoseconds))
    say("time", std::to_string(a.mtime), std::to_string(b.mtime));
  return what;
}

}  // namespace

std::vector<PathDifference> compare_trees(const layer::LayerStack& before,
                                          const layer::LayerStack& after,
                                          const TreeOptions& options) {
  const std::vector<Item> old = items_of(before);
  const std::vector<Item> now = items_of(after);
  std::vector<PathDifference> out;
  std::size_t i = 0, k = 0;
  while (i < old.size() || k < now.size()) {
    const bool only_old =
        k == now.size() || (i < old.size() && layer::path_less(old[i].path, now[k].path));
    const bool only_new =
        !only_old && (i == old.size() || layer::path_less(now[k].path, old[i].path));
    if (only_old) {
      out.push_back({"/" + old[i++].path, Kind::removed});
    } else if (only_new) {
      out.push_back({"/" + now[k++].path, Kind::added});
    } else {
      std::vector<std::string> what = differences(*old[i].entry, *now[k].entry, options);
      if (!what.empty()) out.push_back({"/" + old[i].path, Kind::changed, std::move(what)});
      ++i;
      ++k;
    }
  }
  return out;
}

}  // namespace cooper::images
