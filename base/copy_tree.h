// A directory tree copied as it is: contents, owners, modes, kept extended attributes, times, hard
// links, holes, devices. No file of the copy shares an inode with the original, so each can be
// written without the other; where the file system can (reflinks) they share their blocks.
#pragma once

#include <string>

namespace cooper::base {

// What is in the directory `from` and its own attributes are copied into the empty directory `to`.
// Nothing else changes either meanwhile. No link is followed. Sockets are left out. Throws Error.
void copy_directory(int from, int to);

// The file or directory that `from` is open on (O_PATH will do) becomes `name` in `to`, where
// nothing has that name.
void copy_opened(int from, int to, const std::string& name);

}  // namespace cooper::base
