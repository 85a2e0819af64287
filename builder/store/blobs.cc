// Store: blobs.
#include <unistd.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/sha256.h"
#include "base/within_limit.h"
#include "builder/store/store_state.h"

namespace cooper::store {
namespace {

using base::Error;
using base::ErrorKind;

// Writes to a file without a name where the file system can do that, so that a kill leaves nothing
// behind.
class NewBlob final : public BlobWriter {
 public:
  NewBlob(int blobs, int temp, StampLog& stamps, Flusher& flusher, Holds* holds,
          const std::string& store_path)
      : blobs_(blobs),
        temp_(temp),
        stamps_(stamps),
        flusher_(flusher),
        holds_(holds),
        where_(store_path + "/blobs") {
    const int fd = ::openat(blobs_, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0444);
    if (fd >= 0) {
      file_ = base::Fd(fd);
      return;
    }
    if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)
      base::throw_errno("create a blob in", where_);
    temp_name_ = "blob-" + base::random_name();
    file_ = base::open_at(temp_, temp_name_, O_RDWR | O_CREAT | O_EXCL, 0444);
  }

  ~NewBlob() override {
    if (!temp_name_.empty()) ::unlinkat(temp_, temp_name_.c_str(), 0);
  }

  void write(std::span<const std::byte> bytes) override {
    base::write_all(file_.get(), bytes, where_);
    hash_.update(bytes);
    size_ += bytes.size();
  }

  [[nodiscard]] std::uint64_t size() const override { return size_; }

  [[nodiscard]] oci::Digest commit(const std::optional<oci::Descriptor>& expected) override {
    const auto digest = oci::Digest::from_sha256(hash_.finish());
    if (expected && (expected->size != size_ || expected->digest != digest)) {
      throw Error(ErrorKind::corrupt, "store blob", expected->digest.to_string(),
                  "got " + std::to_string(size_) + " bytes with digest " + digest.to_string() +
                      ", expected " + std::to_string(expected->size) + " bytes");
    }
    publish(digest);
    return digest;
  }

 private:
  void publish(const oci::Digest& digest) {
    if (holds_ != nullptr) holds_->add("blobs", digest.hex());
    if (::fchmod(file_.get(), 0444) != 0) base::throw_errno("set mode of a blob in", where_);
    if (!link_as(blobs_, digest.hex())) {
      // Somebody stored it before us: good if it is sound, else ours takes its place. Who looks for
      // it meanwhile finds the one or the other.
      const auto status = base::try_stat_at(blobs_, digest.hex());
      const bool same_size = status && S_ISREG(status->st_mode) &&
                             static_cast<std::uint64_t>(status->st_size) == size_;
      if (same_size && stamps_.holds(digest, *status)) return;
      replace(digest.hex());
    }
    stamps_.note(digest, base::stat_fd(file_.get(), where_));
    flusher_.add(std::move(file_), digest.hex());
  }

  void replace(const std::string& name) {
    if (temp_name_.empty()) {
      const std::string own = "blob-" + base::random_name();
      if (!link_as(temp_, own))
        throw Error(ErrorKind::failure, "store blob", name, "a file is in the way of " + own);
      temp_name_ = own;
    }
    if (::renameat(temp_, temp_name_.c_str(), blobs_, name.c_str()) != 0)
      base::throw_errno("replace blob in", where_);
    temp_name_.clear();
  }

  // False where a file of that name is there already.
  [[nodiscard]] bool link_as(int directory, const std::string& name) {
    const std::string self = "/proc/self/fd/" + std::to_string(file_.get());
    const int result =
        temp_name_.empty()
            ? ::linkat(AT_FDCWD, self.c_str(), directory, name.c_str(), AT_SYMLINK_FOLLOW)
            : ::linkat(temp_, temp_name_.c_str(), directory, name.c_str(), 0);
    if (result == 0) return true;
    if (errno == EEXIST) return false;
    base::throw_errno("store blob in", where_);
  }

  int blobs_, temp_;
  StampLog& stamps_;
  Flusher& flusher_;
  Holds* holds_;
  std::string where_;
  std::string temp_name_;
  base::Fd file_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

// Checks the digest while the bytes pass; a bad end is an Error, never a short success.
class VerifiedSource final : public base::Source {
 public:
  VerifiedSource(Store store, base::Fd file, oci::Digest digest)
      : store_(std::move(store)),
        digest_(std::move(digest)),
        inner_(std::move(file), digest_.to_string()) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = inner_.read(buffer);
    if (count > 0) {
      hash_.update(buffer.first(count));
    } else if (!checked_) {
      checked_ = true;
      if (oci::Digest::from_sha256(hash_.finish()) != digest_) {
        store_.quarantine_blob(digest_);
        throw Error(ErrorKind::corrupt, "read blob", digest_.to_string(),
                    "its bytes do not have this digest")
            .with_hint("the blob was set aside; run the build again to make it anew");
      }
    }
    return count;
  }

 private:
  Store store_;
  oci::Digest digest_;
  base::FdSource inner_;
  base::Sha256 hash_;
  bool checked_ = false;
};

constexpr std::string_view kBlobs = "blobs";  // as they are held

std::optional<base::Fd> open_regular(int blobs, const oci::Digest& digest) {
  auto file = base::try_open_at(blobs, digest.hex(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (file && !S_ISREG(base::stat_fd(file->get(), digest.to_string()).st_mode)) {
    throw Error(ErrorKind::corrupt, "open blob", digest.to_string(), "not a regular file");
  }
  return file;
}

}  // namespace

std::unique_ptr<BlobWriter> Store::new_blob() {
  return std::make_unique<NewBlob>(state_->blobs.get(), state_->temp.get(), *state_->stamps,
                                   *state_->flusher, state_->holds.get(), state_->path);
}

oci::Digest Store::put_blob(std::string_view bytes) {
  const auto digest = oci::Digest::of_bytes(bytes);
  if (verify_blob(digest)) return digest;
  const auto writer = new_blob();
  writer->write(base::as_bytes(bytes));
  return writer->commit();
}

bool Store::has_blob(const oci::Digest& digest) const { return blob_size(digest).has_value(); }

std::optional<std::uint64_t> Store::blob_size(const oci::Digest& digest) const {
  state_->hold(kBlobs, digest.hex());
  const auto status = base::try_stat_at(state_->blobs.get(), digest.hex());
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return static_cast<std::uint64_t>(status->st_size);
}

std::unique_ptr<base::Source> Store::open_blob(const oci::Digest& digest) const {
  state_->hold(kBlobs, digest.hex());
  auto file = open_regular(state_->blobs.get(), digest);
  if (!file) return nullptr;
  return std::make_unique<VerifiedSource>(Store(state_), std::move(*file), digest);
}

std::optional<base::Fd> Store::open_blob_fd(const oci::Digest& digest) const {
  state_->hold(kBlobs, digest.hex());
  return open_regular(state_->blobs.get(), digest);
}

std::optional<std::string> Store::read_document(const oci::Digest& digest) const {
  return base::within(base::Limit::document_bytes,
                      [&](std::uint64_t most) { return read_blob(digest, most); });
}

std::optional<std::string> Store::read_blob(const oci::Digest& digest, std::uint64_t limit) const {
  const auto source = open_blob(digest);
  if (!source) return std::nullopt;
  return base::read_all(*source, limit, digest.to_string());
}

bool Store::verify_blob(const oci::Digest& digest) const {
  state_->hold(kBlobs, digest.hex());
  const auto status = base::try_stat_at(state_->blobs.get(), digest.hex());
  if (!status) return false;
  if (S_ISREG(status->st_mode) && state_->stamps->holds(digest, *status)) return true;
  try {
    const auto source = open_blob(digest);
    if (!source) return false;
    base::NullSink nowhere;
    base::copy(*source, nowhere);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    quarantine_blob(digest);
    return false;
  }
  if (const auto now = base::try_stat_at(state_->blobs.get(), digest.hex()))
    state_->stamps->note(digest, *now);
  return true;
}

void Store::quarantine_blob(const oci::Digest& digest) const {
  const base::Fd quarantine = make_directory(state_->cooper.get(), "quarantine");
  const std::string name = digest.hex() + "." + base::random_name();
  const int moved =
      ::renameat(state_->blobs.get(), digest.hex().c_str(), quarantine.get(), name.c_str());
  if (moved != 0 && errno != ENOENT) base::throw_errno("set aside blob", digest.to_string());
}

}  // namespace cooper::store
