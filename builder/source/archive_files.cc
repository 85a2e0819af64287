#include "builder/source/archive_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"
#include "base/path.h"

namespace cooper::source {
namespace {

constexpr int kMaxLinks = 8;

class MemberSource final : public base::Source {
 public:
  MemberSource(std::shared_ptr<base::Fd> file, ArchiveMember member, std::string name)
      : file_(std::move(file)), member_(std::move(member)), name_(std::move(name)) {}

  std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t want =
        static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), member_.size));
    if (want == 0) return 0;
    ssize_t count = 0;
    do {
      count = pread(file_->get(), buffer.data(), want, static_cast<off_t>(member_.offset));
    } while (count < 0 && errno == EINTR);
    if (count < 0) base::throw_errno("read", name_);
    if (count == 0)
      throw base::Error(base::ErrorKind::corrupt, "read", name_, "the archive ends early");
    member_.offset += static_cast<std::uint64_t>(count);
    member_.size -= static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }

 private:
  std::shared_ptr<base::Fd> file_;
  ArchiveMember member_;
  std::string name_;
};

class Archive final : public LayoutFiles {
 public:
  explicit Archive(const std::string& path)
      : path_(path), file_(std::make_shared<base::Fd>(base::open_host(path, O_RDONLY))) {
    members_ = read_archive_members(file_->get(), path);
  }

  std::optional<File> open(const std::string& path) override {
    std::string at = path;
    for (int links = 0; links <= kMaxLinks; ++links) {
      const auto found = members_.find(at);
      if (found == members_.end()) return std::nullopt;
      if (found->second.link.empty()) {
        return File{std::make_unique<MemberSource>(file_, found->second, path_ + ":" + path),
                    found->second.size};
      }
      at = found->second.link;
    }
    throw base::Error(base::ErrorKind::corrupt, "read", path_ + ":" + path, "too many links");
  }
  [[nodiscard]] std::string name() const override { return path_; }

 private:
  std::string path_;
  std::shared_ptr<base::Fd> file_;
  std::map<std::string, ArchiveMember> members_;
};

}  // namespace

std::shared_ptr<LayoutFiles> open_layout_archive(const std::string& path) {
  return std::make_shared<Archive>(path);
}

}  // namespace cooper::source
