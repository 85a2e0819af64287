#include "builder/layer/layer_member.h"

#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kMeta = ".wh..wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::int64_t kLatest = 253402300799;  // the end of the year 9999
constexpr std::int64_t kEarliest = -62135596800;

class Checker {
 public:
  Checker(const TarMember& member, const LayerLimits& limits, const std::string& archive,
          Oddities& oddities)
      : member_(member), limits_(limits), archive_(archive), oddities_(oddities) {}

  [[nodiscard]] Entry entry() const;

 private:
  [[noreturn]] void fail(const std::string& cause, ErrorKind kind = ErrorKind::corrupt) const {
    throw Error(kind, "read layer", archive_, "member '" + member_.name + "': " + cause);
  }
  void warn(const std::string& text) const { oddities_.add(member_.name, text); }
  [[nodiscard]] std::string clean(std::string_view name, const char* what) const;
  [[nodiscard]] EntryType type() const;
  [[nodiscard]] std::uint32_t owner(std::int64_t id, const char* what) const;
  void put_time(Entry& entry) const;
  void put_link(Entry& entry) const;
  void put_xattrs(Entry& entry) const;

  const TarMember& member_;
  const LayerLimits& limits_;
  const std::string& archive_;
  Oddities& oddities_;
};

std::string Checker::clean(std::string_view name, const char* what) const {
  if (name.empty()) fail(std::string("it has no ") + what);
  if (name.find('\0') != std::string_view::npos)
    fail(std::string("its ") + what + " has a NUL byte");
  const auto parts = base::split_path(name);
  std::string path;
  for (const std::string_view part : parts) {
    if (part == "..") fail(std::string("its ") + what + " has '..' in it");
    if (part.size() > limits_.name)
      fail(std::string("its ") + what + " has a part that is too long", ErrorKind::limit);
    if (!path.empty()) path += '/';
    path += part;
  }
  if (path.size() > limits_.path)
    fail(std::string("its ") + what + " is too long", ErrorKind::limit);
  if (parts.size() > limits_.depth) {
    throw base::limit_error(base::Limit::layer_depth, "read layer", archive_,
                            "member '" + member_.name + "': its " + what + " is too deep");
  }
  return path;
}

EntryType Checker::type() const {
  switch (member_.type) {
    case '0': return EntryType::file;
    case '1': return EntryType::hardlink;
    case '2': return EntryType::symlink;
    case '3': return EntryType::character;
    case '4': return EntryType::block;
    case '5': return EntryType::directory;
    default: return EntryType::fifo;
  }
}

std::uint32_t Checker::owner(std::int64_t id, const char* what) const {
  if (id < 0 || id >= static_cast<std::int64_t>(UINT32_MAX)) {
    fail(std::string("its ") + what + " " + std::to_string(id) + " is not possible");
  }
  return static_cast<std::uint32_t>(id);
}

void Checker::put_time(Entry& entry) const {
  entry.mtime = std::clamp(member_.mtime, kEarliest, kLatest);
  entry.mtime_nanoseconds = member_.mtime_nanoseconds;
  if (entry.mtime != member_.mtime) warn("its time is out of range");
}

void Checker::put_link(Entry& entry) const {
  if (entry.type == EntryType::hardlink) {
    entry.link = clean(member_.link, "link target");
    if (entry.link.empty()) fail("it is a hard link to the root");
  } else if (entry.type == EntryType::symlink) {
    if (member_.link.empty() || member_.link.find('\0') != std::string::npos)
      fail("its link target is empty or has a NUL byte");
    if (member_.link.size() > limits_.path) fail("its link target is too long", ErrorKind::limit);
    entry.link = member_.link;
  }
}

void Checker::put_xattrs(Entry& entry) const {
  for (const auto& [name, value] : member_.xattrs) {
    const bool on_link = entry.type == EntryType::symlink || entry.type == EntryType::hardlink;
    if (is_kept_xattr(name) && name.size() <= 255 && !on_link) {
      entry.xattrs[name] = value;
    } else {
      warn("extended attribute " + name + " left out");
    }
  }
}

Entry Checker::entry() const {
  if (!member_.warning.empty()) warn(member_.warning);
  Entry entry;
  entry.path = clean(member_.name, "name");
  entry.type = type();
  if (entry.path.empty() && entry.type != EntryType::directory)
    fail("the root can only be a directory");
  if (entry.type != EntryType::directory &&
      (member_.name.ends_with('/') || member_.name.ends_with("/."))) {
    fail("only a directory's name may end in '/'");
  }
  entry.mode = member_.mode & 07777;
  entry.uid = owner(member_.uid, "uid");
  entry.gid = owner(member_.gid, "gid");
  entry.size = member_.size;
  entry.device_major = member_.device_major;
  entry.device_minor = member_.device_minor;
  put_time(entry);
  put_link(entry);
  put_xattrs(entry);
  if (entry.type == EntryType::character && entry.device_major == 0 && entry.device_minor == 0) {
    fail("a 0:0 character device would hide what is below it");
  }
  return entry;
}

[[noreturn]] void refuse_name(const std::string& layer, const std::string& path) {
  throw Error(ErrorKind::corrupt, "read layer", layer,
              "member '" + path + "': a bad whiteout name");
}

}  // namespace

bool is_kept_xattr(std::string_view name) {
  if (name == "security.capability") return true;
  return name.starts_with("user.") && name != "user." && !name.starts_with("user.overlay.") &&
         name.find('\0') == std::string_view::npos;
}

Entry to_archive_entry(const TarMember& member, const LayerLimits& limits,
                       const std::string& archive, Oddities& oddities) {
  return Checker(member, limits, archive, oddities).entry();
}

LayerMember to_layer_member(const TarMember& member, const LayerLimits& limits,
                            const std::string& layer, Oddities& oddities) {
  LayerMember result;
  result.entry = to_archive_entry(member, limits, layer, oddities);
  Entry& entry = result.entry;
  const std::string parent(base::parent_path(entry.path));
  const std::string name(base::base_name(entry.path));
  const auto has_meta_parent = [&] {
    const auto parts = base::split_path(parent);
    return std::any_of(parts.begin(), parts.end(),
                       [](std::string_view part) { return part.starts_with(kWhiteout); });
  };
  if (name == kOpaque && !has_meta_parent()) {
    result.kind = LayerMember::Kind::opaque;
    entry.path = parent;
  } else if (name.starts_with(kMeta) ||
             (has_meta_parent() && parent.find(kMeta) != std::string::npos)) {
    oddities.add(entry.path, "unknown mark of a union file system left out");
    result.kind = LayerMember::Kind::ignored;
  } else if (has_meta_parent()) {
    refuse_name(layer, entry.path);
  } else if (name.starts_with(kWhiteout)) {
    const std::string target = name.substr(kWhiteout.size());
    if (target.empty() || target == "." || target == "..") refuse_name(layer, entry.path);
    result.kind = LayerMember::Kind::whiteout;
    entry.path = parent.empty() ? target : parent + "/" + target;
  }
  if (result.kind == LayerMember::Kind::entry) return result;
  Entry mark;
  mark.path = entry.path;
  mark.mtime = entry.mtime;
  mark.mtime_nanoseconds = entry.mtime_nanoseconds;
  mark.type =
      result.kind == LayerMember::Kind::whiteout ? EntryType::whiteout : EntryType::directory;
  entry = std::move(mark);
  return result;
}

}  // namespace cooper::layer
