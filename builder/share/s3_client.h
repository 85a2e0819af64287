// Signed requests to one bucket. Keys are below the bucket's prefix. Thread-safe; throws
// base::Error.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/share/s3_bucket.h"
#include "builder/share/s3_list.h"
#include "registry/http/transport.h"

namespace cooper::share {

// The bytes of an object, which can be read again from anywhere.
struct S3Content {
  std::function<std::unique_ptr<base::Source>(std::uint64_t offset)> open;
  std::uint64_t size = 0;
  std::string sha256;  // hexadecimal
};

class S3Client {
 public:
  S3Client(std::shared_ptr<http::Transport> transport, S3Bucket bucket)
      : transport_(std::move(transport)), bucket_(std::move(bucket)) {}

  [[nodiscard]] const S3Bucket& bucket() const { return bucket_; }

  // nullopt when there is no such object.
  [[nodiscard]] std::optional<std::string> get_text(const std::string& key,
                                                    const std::stop_token& stop) const;
  // Error(not_found) when there is no such object.
  void get(const std::string& key, std::uint64_t size, base::Sink& sink,
           const std::stop_token& stop) const;
  // When it was written, in seconds (0: the server does not say); nullopt when it is not there.
  [[nodiscard]] std::optional<std::int64_t> written_at(const std::string& key,
                                                       const std::stop_token& stop) const;
  // In one request up to kPartBytes, else in parts of this size.
  void put(const std::string& key, const S3Content& content, const std::stop_token& stop) const;
  void put_text(const std::string& key, const std::string& text, const std::stop_token& stop) const;
  // As if it had been written now. False where one request cannot do that, because it is too large.
  [[nodiscard]] bool touch(const std::string& key, std::uint64_t size,
                           const std::stop_token& stop) const;
  void remove(const std::string& key, const std::stop_token& stop) const;
  // The keys that begin so.
  [[nodiscard]] std::vector<ObjectPage::Object> list(const std::string& beginning,
                                                     const std::stop_token& stop) const;

  // At most 10,000 parts make an object; larger parts are taken when that is not enough.
  static constexpr std::uint64_t kPartBytes = std::uint64_t{64} << 20;

 private:
  [[nodiscard]] http::Request request(const std::string& method, const std::string& key,
                                      const std::stop_token& stop) const;
  [[nodiscard]] http::Response send(const http::Request& request,
                                    std::initializer_list<int> expected) const;
  [[nodiscard]] http::Response send_body(http::Request request, const S3Content& content) const;
  void put_in_parts(const std::string& key, const S3Content& content,
                    const std::stop_token& stop) const;
  void abandon(http::Request upload) const noexcept;
  [[nodiscard]] std::string put_part(const http::Request& upload, std::size_t number,
                                     const S3Content& content, std::uint64_t offset,
                                     std::uint64_t size) const;

  std::shared_ptr<http::Transport> transport_;
  S3Bucket bucket_;
};

}  // namespace cooper::share
