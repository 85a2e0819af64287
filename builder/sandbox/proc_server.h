// /proc for a step that has none: answers its system calls that name a file there.
//
// How: a filter of the step's own (notify_filter.h) makes the kernel ask here before each call that
// names a file by path. A path that leads into /proc is opened, looked at or read here, with the
// step's user for the file system, and the result handed over; every other call goes on as if
// nobody had asked. A convenience, not a boundary: the path may change between the question and the
// call. What it never does is to open a file of a process outside the step's root.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/fd.h"

namespace cooper::sandbox {

// A file of the step's root whose opens get something else: secrets.
struct ServedFile {
  dev_t device = 0;
  ino_t inode = 0;
  base::Fd content;  // in memory, sealed
  std::uint32_t mode = 0, uid = 0, gid = 0;
};

struct ProcServerOptions {
  int root = -1;         // the step's root directory
  std::string hostname;  // what uname tells the step
  const std::vector<ServedFile>* served = nullptr;
};

// The body of the process that answers. The filter's descriptor comes over `socket`. Never returns:
// exits when no process has the filter any more, or the socket ends without one.
[[noreturn]] void run_proc_server(const base::Fd& socket, const ProcServerOptions& options);

}  // namespace cooper::sandbox
