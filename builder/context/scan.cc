#include "builder/context/scan.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "base/sha256.h"
#include "builder/context/xattrs.h"

namespace cooper::context {
namespace {

layer::EntryType type_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return layer::EntryType::directory;
    case S_IFLNK: return layer::EntryType::symlink;
    case S_IFCHR: return layer::EntryType::character;
    case S_IFBLK: return layer::EntryType::block;
    case S_IFIFO: return layer::EntryType::fifo;
    case S_IFSOCK: return layer::EntryType::socket;
    default: return layer::EntryType::file;
  }
}

std::uint32_t permissions_of(mode_t mode, Modes modes) {
  const std::uint32_t bits = mode & 07777;
  if (modes == Modes::keep || (bits & 07000) != 0) return bits;
  if (S_ISDIR(mode)) return 0755;
  if (S_ISREG(mode)) return (bits & 0100) != 0 ? 0755 : 0644;
  return bits;
}

}  // namespace

struct Scanner::Place {
  int directory;
  std::string name;
  std::string path;  // of the name in the context
  bool ignored = false;
  unsigned char type = DT_UNKNOWN;
};

void Scanner::fill(Node& node, const Place& place) const {
  layer::Entry& entry = node.entry;
  entry.path = place.path;
  entry.type = type_of(node.status.st_mode);
  entry.mode = permissions_of(node.status.st_mode, modes_);
  entry.mtime = node.status.st_mtim.tv_sec;
  entry.mtime_nanoseconds = static_cast<std::uint32_t>(node.status.st_mtim.tv_nsec);
  switch (entry.type) {
    case layer::EntryType::file:
      entry.size = static_cast<std::uint64_t>(node.status.st_size);
      if (auto known = index_.find(place.path, node.status)) {
        entry.content = known->digest;
        entry.xattrs = std::move(known->xattrs);
      } else {
        entry.xattrs = read_xattrs(place.directory, place.name, place.path);
      }
      break;
    case layer::EntryType::directory:
      entry.xattrs = read_xattrs(place.directory, place.name, place.path);
      break;
    case layer::EntryType::symlink:
      entry.link = base::read_link_at(place.directory, place.name);
      break;
    case layer::EntryType::character:
    case layer::EntryType::block:
      entry.device_major = major(node.status.st_rdev);
      entry.device_minor = minor(node.status.st_rdev);
      break;
    case layer::EntryType::socket:  // arrives as an empty file (row C10)
      entry.type = layer::EntryType::file;
      entry.content = base::Sha256().finish();
      break;
    default: break;
  }
}

std::optional<Node> Scanner::scan_at(const Place& place) const {
  Node node;
  node.ignored = place.ignored;
  const auto is_dead_end = [&](bool directory) {
    return node.ignored && (!directory || !ignore_.may_contain_included(place.path));
  };
  if (place.type != DT_UNKNOWN && is_dead_end(place.type == DT_DIR)) return std::nullopt;
  node.seen = FileMoment::now();
  const auto status = base::try_stat_at(place.directory, place.name);
  if (!status || is_dead_end(S_ISDIR(status->st_mode))) return std::nullopt;
  node.status = *status;
  fill(node, place);
  return node;
}

std::optional<Node> Scanner::scan(const std::string& path) const {
  if (path.empty()) return scan_at({root_, ".", ""});
  const auto parent =
      base::try_open_no_links(root_, base::parent_path(path), O_RDONLY | O_DIRECTORY);
  if (!parent) return std::nullopt;
  const bool ignored = !ignore_.empty() && ignore_.ignores(path);
  return scan_at({parent->get(), std::string(base::base_name(path)), path, ignored});
}

// What the rules found for a directory: the start for matching its children.
Scanner::Match Scanner::match_of(const std::string& directory) const {
  Match match;
  if (ignore_.empty()) return match;
  for (std::size_t end = 0; end < directory.size();) {
    end = std::min(directory.find('/', end + 1), directory.size());
    match = ignore_.match(std::string_view(directory).substr(0, end), match);
  }
  return match;
}

std::vector<Node> Scanner::scan_directory(const std::string& path) const {
  std::vector<Node> nodes;
  auto directory = base::try_open_no_links(root_, path, O_RDONLY | O_DIRECTORY);
  if (!directory) return nodes;
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(directory->get()), ::closedir);
  if (!stream) base::throw_errno("list", path);
  const int fd = directory->release();  // closedir owns it now
  std::vector<std::pair<std::string, unsigned char>> names;
  errno = 0;
  while (const dirent* found = ::readdir(stream.get())) {
    const std::string_view name = found->d_name;
    if (name != "." && name != "..") names.emplace_back(name, found->d_type);
    errno = 0;
  }
  if (errno != 0) base::throw_errno("list", path);
  std::sort(names.begin(), names.end());
  const Match match = match_of(path);
  nodes.reserve(names.size());
  for (auto& [name, type] : names) {
    Place place{fd, std::move(name), path, false, type};
    if (!place.path.empty()) place.path += '/';
    place.path += place.name;
    place.ignored = !ignore_.empty() && ignore_.match(place.path, match).ignored;
    if (auto node = scan_at(place)) nodes.push_back(std::move(*node));
  }
  return nodes;
}

}  // namespace cooper::context
