#include "builder/sandbox/mount_points.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <optional>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"
#include "builder/sandbox/keep_times.h"
#include "builder/sandbox/mount_calls.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;
using base::Fd;

constexpr int kMaxLinks = 40;

bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool same_attributes(const struct stat& a, const struct stat& b) {
  return a.st_mode == b.st_mode && a.st_uid == b.st_uid && a.st_gid == b.st_gid &&
         same_time(a.st_mtim, b.st_mtim);
}

void prepend(std::deque<std::string>& rest, std::string_view path) {
  const auto parts = base::split_path(path);
  rest.insert(rest.begin(), parts.begin(), parts.end());
}

}  // namespace

MountPoints::MountPoints(Fd root, Fd upper)
    : root_(std::move(root)), upper_(std::move(upper)), root_mount_(mount_id(root_.get())) {}

Fd MountPoints::directory(std::string_view target) {
  return std::move(find(target, true).back().fd);
}
Fd MountPoints::file(std::string_view target) { return std::move(find(target, false).back().fd); }

MountPoints::Spot MountPoints::spot(std::string_view target, bool directory) {
  Places places = find(target, directory);
  std::string name = std::move(places.back().name);
  places.pop_back();
  return {base::open_at(top(places), ".", O_RDONLY | O_DIRECTORY), std::move(name)};
}

int MountPoints::top(const Places& places) const {
  return places.empty() ? root_.get() : places.back().fd.get();
}

MountPoints::Places MountPoints::find(std::string_view target, bool want_directory) {
  std::deque<std::string> rest;
  prepend(rest, target);
  Places places;
  int links = 0;
  while (!rest.empty()) {
    const std::string name = std::move(rest.front());
    rest.pop_front();
    if (name == "..") {
      if (!places.empty()) places.pop_back();
      continue;
    }
    std::optional<struct stat> status = base::try_stat_at(top(places), name);
    if (!status) {
      make(places, name, want_directory || !rest.empty());
    } else if (S_ISLNK(status->st_mode)) {
      if (++links > kMaxLinks) throw base::system_error("follow link", std::string(target), ELOOP);
      const std::string text = base::read_link_at(top(places), name);
      if (base::is_absolute(text)) places.clear();
      prepend(rest, text);
      continue;
    } else if (!S_ISDIR(status->st_mode) && !rest.empty()) {
      throw base::system_error("find mount target", std::string(target), ENOTDIR);
    }
    places.push_back({name, base::open_at(top(places), name, O_PATH | O_NOFOLLOW)});
  }
  if (places.empty()) {
    throw Error(ErrorKind::usage, "mount at", std::string(target), "the target is the root itself");
  }
  const struct stat status = base::stat_fd(top(places), std::string(target));
  if (S_ISDIR(status.st_mode) != want_directory) {
    throw Error(ErrorKind::failure, "mount at", std::string(target),
                want_directory ? "the target is not a directory" : "the target is a directory");
  }
  return places;
}

void MountPoints::make(const Places& places, const std::string& name, bool directory) {
  const int parent = top(places);
  const bool in_root = mount_id(parent) == root_mount_;
  // Parents that are not in the upper directory yet will be copied there.
  std::vector<std::pair<std::string, struct stat>> copies;
  std::string path;
  for (const Place& place : places) {
    path += (path.empty() ? "" : "/") + place.name;
    if (in_root && !try_open_plain(upper_.get(), path, O_PATH | O_DIRECTORY)) {
      copies.emplace_back(path, base::stat_fd(place.fd.get(), path));
    }
  }
  {
    const KeepTimes keep(parent);
    if (directory) {
      if (mkdirat(parent, name.c_str(), 0755) != 0) base::throw_errno("make mount target", name);
    } else {
      const Fd file(
          openat(parent, name.c_str(), O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, 0644));
      if (!file) base::throw_errno("make mount target", name);
    }
  }
  if (!in_root) return;
  for (const auto& [copy, status] : copies) {
    note(std::string(base::parent_path(copy)), std::string(base::base_name(copy)),
         Kind::copied_directory, status);
  }
  note(path, name, directory ? Kind::stub_directory : Kind::stub_file, {});
}

void MountPoints::note(const std::string& parent, const std::string& name, Kind kind,
                       const struct stat& status) {
  Fd directory = try_open_plain(upper_.get(), parent, O_PATH | O_DIRECTORY);
  if (!directory) base::throw_errno("find in the upper directory", parent);
  const std::optional<struct stat> now = base::try_stat_at(directory.get(), name);
  if (!now) throw base::system_error("find in the upper directory", name, ENOENT);
  Made made{std::move(directory), name, kind, status, now->st_ino, {}, false};
  if (kind != Kind::copied_directory) made.status = *now;
  made_.push_back(std::move(made));
}

void MountPoints::seal() {
  for (Made& made : made_) {
    const auto now = base::try_stat_at(made.parent.get(), made.name);
    if (now) made.changed = now->st_ctim;
  }
}

void MountPoints::clean() noexcept {
  for (Made& made : made_) {
    struct stat now {};
    if (fstatat(made.parent.get(), made.name.c_str(), &now, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (now.st_ino != made.inode) continue;
    made.untouched = made.kind == Kind::copied_directory
                         ? same_time(now.st_ctim, made.changed) && same_attributes(now, made.status)
                         : (now.st_mode & S_IFMT) == (made.status.st_mode & S_IFMT);
    if (made.kind == Kind::stub_file && now.st_size != 0) made.untouched = false;
  }
  while (!made_.empty()) {
    const Made& made = made_.back();
    if (made.untouched) {
      const KeepTimes keep(made.parent.get());
      unlinkat(made.parent.get(), made.name.c_str(),
               made.kind == Kind::stub_file ? 0 : AT_REMOVEDIR);
    }
    made_.pop_back();
  }
}

}  // namespace cooper::sandbox
