#include "images/spool.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"

namespace cooper::images {
namespace {

class CheckedSink final : public base::Sink {
 public:
  CheckedSink(const oci::Descriptor& blob, base::Sink& inner) : blob_(blob), inner_(inner) {}

  void write(std::span<const std::byte> bytes) override {
    size_ += bytes.size();
    if (size_ > blob_.size) refuse("it is larger than " + std::to_string(blob_.size) + " bytes");
    hash_.update(bytes);
    inner_.write(bytes);
  }
  void check() {
    if (size_ != blob_.size)
      refuse("it has " + std::to_string(size_) + " bytes instead of " + std::to_string(blob_.size));
    const oci::Digest digest = oci::Digest::from_sha256(hash_.finish());
    if (digest != blob_.digest) refuse("its bytes have digest " + digest.to_string());
  }

 private:
  [[noreturn]] void refuse(const std::string& cause) const {
    throw base::Error(base::ErrorKind::corrupt, "read blob", blob_.digest.to_string(), cause);
  }
  const oci::Descriptor& blob_;
  base::Sink& inner_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace

Spool::Spool(const store::Store& store, DocumentSource& source)
    : directory_(store.new_temp_directory()), source_(source) {}

void Spool::fetch(const oci::Descriptor& blob, std::stop_token stop) const {
  const std::string name = blob.digest.hex();
  base::FdSink file(base::open_at(directory_.fd(), name, O_WRONLY | O_CREAT | O_TRUNC, 0600), name);
  CheckedSink checked(blob, file);
  source_.fetch(blob, checked, std::move(stop));
  checked.check();
}

std::unique_ptr<base::Source> Spool::open(const oci::Descriptor& blob, std::uint64_t offset) const {
  const std::string name = blob.digest.hex();
  base::Fd file = open_file(blob);
  if (lseek(file.get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    base::throw_errno("seek in blob", name);
  return std::make_unique<base::FdSource>(std::move(file), name);
}

base::Fd Spool::open_file(const oci::Descriptor& blob) const {
  return base::open_at(directory_.fd(), blob.digest.hex(), O_RDONLY);
}

void Spool::drop(const oci::Descriptor& blob) const {
  unlinkat(directory_.fd(), blob.digest.hex().c_str(), 0);
}

}  // namespace cooper::images
