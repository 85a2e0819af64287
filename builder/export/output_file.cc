#include "builder/export/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"

namespace cooper::export_ {
namespace {

mode_t usual_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

OutputFile::OutputFile(const std::string& path) : path_(path) {
  if (path == "-") {
    if (isatty(STDOUT_FILENO) == 1) {
      throw base::Error(base::ErrorKind::usage, "write", "standard output",
                        "it is a terminal, and this is an archive");
    }
    file_ = base::Fd(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3));
    if (!file_) base::throw_errno("write", "standard output");
    return;
  }
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    if (S_ISDIR(status.st_mode))
      throw base::Error(base::ErrorKind::usage, "write", path, "it is a directory");
    file_ = base::open_host(path, O_WRONLY);
    return;
  }
  open_temporary();
}

void OutputFile::open_temporary() {
  const std::size_t slash = path_.rfind('/');
  name_ = slash == std::string::npos ? path_ : path_.substr(slash + 1);
  if (name_.empty())
    throw base::Error(base::ErrorKind::usage, "write", path_, "there is no file name in it");
  directory_ =
      base::open_host_directory(slash == std::string::npos ? "." : path_.substr(0, slash + 1));
  const std::string temporary = "." + name_.substr(0, 200) + "." + base::random_name();
  file_ = base::open_at(directory_.get(), temporary, O_WRONLY | O_CREAT | O_EXCL, 0600);
  temporary_ = temporary;
}

OutputFile::~OutputFile() {
  if (!temporary_.empty()) unlinkat(directory_.get(), temporary_.c_str(), 0);
}

void OutputFile::write(std::span<const std::byte> bytes) {
  base::write_all(file_.get(), bytes, path_);
}

void OutputFile::finish() {
  if (temporary_.empty()) return;
  if (fchmod(file_.get(), usual_mode()) != 0) base::throw_errno("set the mode of", path_);
  if (fsync(file_.get()) != 0) base::throw_errno("flush", path_);
  if (renameat(directory_.get(), temporary_.c_str(), directory_.get(), name_.c_str()) != 0) {
    base::throw_errno("rename to", path_);
  }
  temporary_.clear();
}

}  // namespace cooper::export_
