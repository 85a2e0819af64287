// File access beneath a directory descriptor: the one path layer of cooper.
//
// Names that come from images, contexts, registries or Dockerfiles are only ever resolved here, in
// the kernel, with openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS): absolute links and ".." stay
// below `root`. A resolved path string is never reused; hold the descriptor. All descriptors are
// close-on-exec. All functions throw Error unless they say else.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace cooper::base {

// Opens a path of the host the user named (arguments, configuration); links are followed as usual.
[[nodiscard]] Fd open_host(const std::string& path, int flags, mode_t mode = 0);
[[nodiscard]] Fd open_host_directory(const std::string& path);

// Opens `path` below `root`, links resolved in the root. `flags` may hold O_NOFOLLOW, O_PATH,
// O_DIRECTORY, ...
[[nodiscard]] Fd open_in_root(int root, std::string_view path, int flags, mode_t mode = 0);
// The same, but nullopt when the path does not exist (ENOENT, ENOTDIR).
[[nodiscard]] std::optional<Fd> try_open_in_root(int root, std::string_view path, int flags,
                                                 mode_t mode = 0);

// Opens `path` below `root` and follows no link at all: nullopt when it does not exist as written
// (absent, or a link on the way). With O_PATH | O_NOFOLLOW a last component that is a link is
// opened itself.
[[nodiscard]] std::optional<Fd> try_open_no_links(int root, std::string_view path, int flags);

// Opens `name` (one component or a trusted relative path of ours) in `dir` without following a
// final link.
[[nodiscard]] Fd open_at(int dir, const std::string& name, int flags, mode_t mode = 0);
[[nodiscard]] std::optional<Fd> try_open_at(int dir, const std::string& name, int flags,
                                            mode_t mode = 0);

// Creates the missing directories of `path` below `root` (0755 unless told), each by mkdirat on a
// descriptor, links resolved in the root, and returns the last one. `on_create` is called for each
// directory that was created.
[[nodiscard]] Fd make_directories_in_root(int root, std::string_view path, mode_t mode = 0755,
                                          const std::function<void(int fd)>& on_create = {});

[[nodiscard]] struct stat stat_fd(int fd, const std::string& name);
[[nodiscard]] std::optional<struct stat> try_stat_at(int dir,
                                                     const std::string& name);  // no link followed

// Whole content of a regular file (anything else is an Error), at most `limit` bytes. Never blocks
// on a FIFO.
[[nodiscard]] std::string read_file_at(int dir, const std::string& name, std::uint64_t limit);
[[nodiscard]] std::optional<std::string> try_read_file_at(int dir, const std::string& name,
                                                          std::uint64_t limit);

// Replaces `name` in `dir` so that any crash leaves the old or the new content: temp file, fsync,
// rename, fsync(dir).
void write_file_at(int dir, const std::string& name, std::string_view content, mode_t mode = 0644);

// Names in a directory without "." and "..", sorted bytewise.
[[nodiscard]] std::vector<std::string> list_directory(int dir, const std::string& name_for_errors);

// Removes `name` in `dir` and everything below without following links; absent is fine.
void remove_tree_at(int dir, const std::string& name);

// Reads a link's target.
[[nodiscard]] std::string read_link_at(int dir, const std::string& name);

}  // namespace cooper::base
