#include "builder/sandbox/task_files.h"

#include <fcntl.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>

#include "base/file_at.h"

namespace cooper::sandbox {

std::string folder_of(int process) { return "/proc/" + std::to_string(process); }

std::string link_text(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target;
}

int process_of(int thread) {
  const auto text = base::try_read_file_at(AT_FDCWD, folder_of(thread) + "/status", 64U << 10);
  const std::size_t at = text ? text->find("\nTgid:") : std::string::npos;
  return at == std::string::npos ? 0 : std::atoi(text->c_str() + at + 6);
}

AsUserOf::AsUserOf(int thread) {
  struct stat status {};
  if (::stat(folder_of(thread).c_str(), &status) != 0) return;
  if (status.st_gid != 0) setfsgid(status.st_gid);
  if (status.st_uid != 0) setfsuid(status.st_uid);
  changed_ = status.st_uid != 0 || status.st_gid != 0;
}

AsUserOf::~AsUserOf() {
  if (!changed_) return;
  setfsuid(0);
  setfsgid(0);
}

}  // namespace cooper::sandbox
