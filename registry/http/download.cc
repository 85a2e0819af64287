#include "registry/http/download.h"

#include "registry/http/redirect.h"

namespace cooper::http {
namespace {

class HashingSink final : public base::Sink {
 public:
  explicit HashingSink(base::Sink& inner) : inner_(inner) {}
  void write(std::span<const std::byte> bytes) override {
    hash_.update(bytes);
    size_ += bytes.size();
    inner_.write(bytes);
  }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  [[nodiscard]] base::Sha256Bytes sha256() { return hash_.finish(); }

 private:
  base::Sink& inner_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

base::ErrorKind kind_of(int status) {
  switch (status) {
    case 404:
    case 410: return base::ErrorKind::not_found;
    case 401:
    case 403: return base::ErrorKind::denied;
    default: return base::ErrorKind::network;
  }
}

}  // namespace

Download download(Transport& transport, const Url& url, base::Sink& sink,
                  const DownloadOptions& options) {
  HashingSink hashing(sink);
  Request request;
  request.url = url;
  request.headers = options.headers;
  request.sink_limit = options.limit;
  request.stop = options.stop;
  request.public_addresses_only = options.public_addresses_only;
  request.sink_for = [&](const Response& head) -> base::Sink* {
    return head.status == 200 ? &hashing : nullptr;
  };
  Download result;
  const Response response = send_following(transport, request, &result.url);
  if (response.status != 200 && response.status != 304) {
    throw base::Error(kind_of(response.status), "download", redacted(result.url),
                      "the server answered " + std::to_string(response.status));
  }
  result.headers = response.headers;
  result.size = hashing.size();
  result.sha256 = hashing.sha256();
  result.not_modified = response.status == 304;
  return result;
}

}  // namespace cooper::http
