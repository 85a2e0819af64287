#include "builder/source/layout_files.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/within_limit.h"

namespace cooper::source {
namespace {

class LayoutDirectory final : public LayoutFiles {
 public:
  explicit LayoutDirectory(const std::string& path)
      : path_(path), root_(base::open_host_directory(path)) {}

  std::optional<File> open(const std::string& path) override {
    // NONBLOCK: a FIFO must not hold us; NOFOLLOW: a link is no blob.
    std::optional<base::Fd> file =
        base::try_open_in_root(root_.get(), path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    if (!file) return std::nullopt;
    const std::string full = path_ + "/" + path;
    const struct stat status = base::stat_fd(file->get(), full);
    if (!S_ISREG(status.st_mode))
      throw base::Error(base::ErrorKind::corrupt, "read", full, "not a regular file");
    return File{std::make_unique<base::FdSource>(*std::move(file), full),
                static_cast<std::uint64_t>(status.st_size)};
  }
  [[nodiscard]] std::string name() const override { return path_; }

 private:
  std::string path_;
  base::Fd root_;
};

}  // namespace

std::optional<std::string> LayoutFiles::read_document(const std::string& path) {
  std::optional<File> file = open(path);
  if (!file) return std::nullopt;
  return base::within(base::Limit::document_bytes, [&](std::uint64_t most) {
    return base::read_all(*file->bytes, most, name() + "/" + path);
  });
}

std::shared_ptr<LayoutFiles> open_layout_directory(const std::string& path) {
  return std::make_shared<LayoutDirectory>(path);
}

}  // namespace cooper::source
