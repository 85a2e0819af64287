// Blobs of a Repository: asking and reading.
#include "registry/http/retry.h"
#include "registry/registry_error.h"
#include "registry/repository.h"

namespace cooper::registry {
namespace {

// Passes a blob on, counts and hashes it, and knows how to take up a transfer that broke.
class BlobSink final : public base::Sink {
 public:
  BlobSink(const oci::Descriptor& blob, base::Sink& inner, std::string name)
      : blob_(blob), inner_(inner), name_(std::move(name)) {}

  // An answer begins at byte `offset` of the blob: bytes that we have already are dropped.
  void begin_at(std::uint64_t offset) { skip_ = size_ - offset; }

  void write(std::span<const std::byte> bytes) override {
    const std::size_t dropped =
        static_cast<std::size_t>(std::min<std::uint64_t>(skip_, bytes.size()));
    skip_ -= dropped;
    bytes = bytes.subspan(dropped);
    if (bytes.size() > blob_.size - size_)
      refuse("it is larger than " + std::to_string(blob_.size) + " bytes");
    hash_.update(bytes);
    size_ += bytes.size();
    inner_.write(bytes);
  }

  void check() {
    if (size_ != blob_.size) {
      refuse("it has " + std::to_string(size_) + " bytes instead of " + std::to_string(blob_.size));
    }
    const oci::Digest digest = oci::Digest::from_sha256(hash_.finish());
    if (digest != blob_.digest) refuse("its bytes have digest " + digest.to_string());
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  [[noreturn]] void refuse(const std::string& cause) const {
    throw base::Error(base::ErrorKind::corrupt, "pull blob", name_, cause);
  }

  const oci::Descriptor& blob_;
  base::Sink& inner_;
  std::string name_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
  std::uint64_t skip_ = 0;
};

bool starts_at(const http::Response& head, std::uint64_t offset) {
  const std::string range = head.headers.find("Content-Range").value_or("");
  return range.rfind("bytes " + std::to_string(offset) + "-", 0) == 0;
}

// Where the body of an answer goes; nullptr for answers that are errors.
base::Sink* sink_of(const http::Response& head, BlobSink& sink) {
  if (head.status == 206 && starts_at(head, sink.size())) {
    sink.begin_at(sink.size());
  } else if (head.status == 200) {
    sink.begin_at(0);
  } else {
    return nullptr;
  }
  return &sink;
}

}  // namespace

bool Repository::has_blob(const oci::Descriptor& blob, std::stop_token stop) const {
  http::Request head = request("HEAD", "/blobs/" + blob.digest.to_string(), std::move(stop));
  const http::Response response = send(head);
  if (response.status == 404) return false;
  if (response.status != 200)
    throw registry_error("look up blob", blob.digest.to_string(), head, response);
  return true;
}

void Repository::get_blob(const oci::Descriptor& blob, base::Sink& sink,
                          std::stop_token stop) const {
  const std::string name = display_name() + "@" + blob.digest.to_string();
  BlobSink checked(blob, sink, name);
  http::RetryBudget budget({}, host_->clock());
  for (;;) {
    const std::uint64_t before = checked.size();
    http::Request get = request("GET", "/blobs/" + blob.digest.to_string(), stop);
    if (before > 0) get.headers.set("Range", "bytes=" + std::to_string(before) + "-");
    bool answered = false;  // before that the transport has tried again already
    get.sink_for = [&](const http::Response& head) {
      base::Sink* const sink_or_none = sink_of(head, checked);
      answered = answered || sink_or_none != nullptr;
      return sink_or_none;
    };
    try {
      const http::Response response = send(get);
      if (response.status != 200 && response.status != 206)
        throw registry_error("pull blob", name, get, response);
      return checked.check();
    } catch (const http::TransportError& error) {
      if (!http::is_transient(error.failure()) || !answered) throw;
      if (checked.size() > before) budget.progress();
      if (!budget.wait(stop)) throw;
    }
  }
}

}  // namespace cooper::registry
