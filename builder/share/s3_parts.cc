// S3Client: an object in parts. One request takes 5 GB at most, and would begin anew whenever the
// connection breaks.
#include <algorithm>
#include <cstddef>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "builder/share/s3_client.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxParts = 10'000;

// At most `left` bytes of another source.
class Part final : public base::Source {
 public:
  Part(std::unique_ptr<base::Source> inner, std::uint64_t left)
      : inner_(std::move(inner)), left_(left) {}

  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), left_));
    if (most == 0) return 0;
    const std::size_t count = inner_->read(buffer.first(most));
    left_ -= count;
    return count;
  }

 private:
  std::unique_ptr<base::Source> inner_;
  std::uint64_t left_;
};

std::string hash_of(base::Source& source) {
  base::Sha256 hash;
  std::vector<std::byte> buffer(std::size_t{1} << 18);
  for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer))
    hash.update(std::span<const std::byte>(buffer).first(count));
  return base::to_hex(hash.finish());
}

std::uint64_t part_bytes(std::uint64_t size) {
  std::uint64_t bytes = S3Client::kPartBytes;
  while (size > bytes * kMaxParts) bytes *= 2;
  return bytes;
}

}  // namespace

std::string S3Client::put_part(const http::Request& upload, std::size_t number,
                               const S3Content& content, std::uint64_t offset,
                               std::uint64_t size) const {
  const auto open = [&content, offset, size](std::uint64_t from) {
    return std::make_unique<Part>(content.open(offset + from), size - from);
  };
  http::Request put = upload;
  put.method = "PUT";
  put.url.query.clear();
  http::add_query(put.url, "partNumber", std::to_string(number));
  put.url.query += "&" + upload.url.query;
  const http::Response response = send_body(std::move(put), {open, size, hash_of(*open(0))});
  const auto tag = response.headers.find("ETag");
  if (!tag || tag->find_first_of("<&") != std::string::npos)
    throw Error(ErrorKind::network, "put part of", http::redacted(upload.url),
                "the answer has no ETag");
  return "<Part><PartNumber>" + std::to_string(number) + "</PartNumber><ETag>" + *tag +
         "</ETag></Part>";
}

// Parts of an upload that is never completed are paid for until a rule of the bucket removes them.
void S3Client::abandon(http::Request upload) const noexcept {
  upload.stop = {};
  try {
    static_cast<void>(transport_->send(upload));
  } catch (const std::exception&) {
    return;  // why the upload failed is what counts
  }
}

void S3Client::put_in_parts(const std::string& key, const S3Content& content,
                            const std::stop_token& stop) const {
  http::Request begin = request("POST", key, stop);
  begin.url.query = "uploads=";
  const std::string id = upload_id(send(begin, {200}).body);
  http::Request upload = request("DELETE", key, stop);
  http::add_query(upload.url, "uploadId", id);
  try {
    std::string parts;
    const std::uint64_t most = part_bytes(content.size);
    for (std::uint64_t offset = 0; offset < content.size; offset += most) {
      if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, "put", http::redacted(upload.url), "cancelled");
      parts += put_part(upload, static_cast<std::size_t>(offset / most) + 1, content, offset,
                        std::min(most, content.size - offset));
    }
    const std::string list =
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + parts +
        "</CompleteMultipartUpload>";
    http::Request end = upload;
    end.method = "POST";
    const auto open = [&list](std::uint64_t) { return std::make_unique<base::StringSource>(list); };
    const http::Response done =
        send_body(std::move(end), {open, list.size(), base::sha256_hex(list)});
    // The answer may begin before the parts were found to be wrong.
    if (const std::string error = s3_error_text(done.body); !error.empty())
      throw Error(ErrorKind::network, "put", http::redacted(upload.url), error);
  } catch (const Error&) {
    abandon(std::move(upload));
    throw;
  }
}

}  // namespace cooper::share
