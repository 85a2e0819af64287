#include "builder/layer/archive_filter.h"

#include <archive.h>
#include <archive_entry.h>

#include <cerrno>
#include <exception>
#include <new>
#include <vector>

#include "base/error.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

class ArchiveFilter final : public base::Source {
 public:
  ArchiveFilter(base::Source& inner, std::string name)
      : inner_(inner),
        name_(std::move(name)),
        archive_(archive_read_new(), &archive_read_free),
        buffer_(std::size_t{256} << 10) {
    if (archive_ == nullptr) throw std::bad_alloc();
    // ARCHIVE_WARN would mean that an outside program does it.
    const bool built_in = archive_read_support_filter_bzip2(archive_.get()) == ARCHIVE_OK &&
                          archive_read_support_filter_xz(archive_.get()) == ARCHIVE_OK &&
                          archive_read_support_format_raw(archive_.get()) == ARCHIVE_OK;
    if (!built_in)
      throw Error(ErrorKind::unsupported, "read archive", name_,
                  "libarchive was built without bzip2 or xz");
    archive_entry* entry = nullptr;
    if (archive_read_open(archive_.get(), this, nullptr, &ArchiveFilter::feed, nullptr) !=
            ARCHIVE_OK ||
        archive_read_next_header(archive_.get(), &entry) != ARCHIVE_OK) {
      fail();
    }
  }

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const la_ssize_t count = archive_read_data(archive_.get(), buffer.data(), buffer.size());
    if (count < 0) fail();
    return static_cast<std::size_t>(count);
  }

 private:
  // No exception may pass through libarchive.
  static la_ssize_t feed(archive* reader, void* self, const void** bytes) {
    auto* filter = static_cast<ArchiveFilter*>(self);
    try {
      *bytes = filter->buffer_.data();
      return static_cast<la_ssize_t>(filter->inner_.read(filter->buffer_));
    } catch (...) {
      filter->failure_ = std::current_exception();
      archive_set_error(reader, EIO, "the file cannot be read");
      return ARCHIVE_FATAL;
    }
  }

  [[noreturn]] void fail() {
    if (failure_) std::rethrow_exception(failure_);
    const char* cause = archive_error_string(archive_.get());
    throw Error(ErrorKind::corrupt, "read archive", name_,
                cause != nullptr ? cause : "its data are damaged");
  }

  base::Source& inner_;
  std::string name_;
  std::unique_ptr<archive, decltype(&archive_read_free)> archive_;
  std::vector<std::byte> buffer_;
  std::exception_ptr failure_;
};

}  // namespace

std::unique_ptr<base::Source> make_archive_filter(base::Source& inner, const std::string& name) {
  return std::make_unique<ArchiveFilter>(inner, name);
}

}  // namespace cooper::layer
