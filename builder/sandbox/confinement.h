// What is taken from a process that parses untrusted bytes, before it reads the first of them.
//
//   capabilities   all but those that set owners, modes and attributes of the files it makes
//   no_new_privs   a program it executed would gain nothing; it cannot execute any
//   Landlock       no file but beneath one directory, no signal to anybody (where the kernel has
//   it) seccomp        reading, writing and making files, memory, threads and the sockets it has;
//   no new
//                  socket, process, program, namespace, mount or trace
//   limits         size of a file, memory, descriptors; no core file
#pragma once

#include <cstdint>

namespace cooper::sandbox {

// For this process, which has one thread, for ever. `directory`: the one it may write beneath; -1:
// none. Throws Error.
void confine_reader(int directory, std::uint64_t largest_file);

}  // namespace cooper::sandbox
