#include "builder/share/s3_client.h"

#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "oci/manifest.h"
#include "registry/http/http_date.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxPages = 1000;  // of 1,000 objects
constexpr std::uint64_t kMaxListBytes = 8U << 20;
constexpr std::uint64_t kMaxCopy = std::uint64_t{5} << 30;

ErrorKind kind_of(int status) {
  if (status == 404) return ErrorKind::not_found;
  return status == 401 || status == 403 ? ErrorKind::denied : ErrorKind::network;
}

Error failure_of(const http::Request& request, const http::Response& response) {
  const std::string text = s3_error_text(response.body);
  Error error(kind_of(response.status), request.method, http::redacted(request.url),
              std::to_string(response.status) + (text.empty() ? "" : " " + text));
  if (response.status == 301 || response.status == 307)
    error.with_hint("the bucket is elsewhere: region= or endpoint_url= is another");
  return error;
}

}  // namespace

http::Request S3Client::request(const std::string& method, const std::string& key,
                                const std::stop_token& stop) const {
  http::Request request;
  request.method = method;
  request.url = bucket_.url;
  request.url.path += "/" + (key.empty() ? "" : bucket_.prefix + key);
  request.headers.set("x-amz-content-sha256", base::sha256_hex(""));
  if (!bucket_.session_token.empty())
    request.headers.set("x-amz-security-token", bucket_.session_token);
  request.aws = bucket_.signature;
  request.stop = stop;
  return request;
}

http::Response S3Client::send(const http::Request& request,
                              std::initializer_list<int> expected) const {
  http::Response response = transport_->send(request);
  if (std::find(expected.begin(), expected.end(), response.status) == expected.end())
    throw failure_of(request, response);
  return response;
}

http::Response S3Client::send_body(http::Request request, const S3Content& content) const {
  request.headers.set("x-amz-content-sha256", content.sha256);
  request.body = http::Body{[&content] { return content.open(0); }, content.size};
  request.deadline = std::chrono::seconds(0);
  return send(request, {200});
}

std::optional<std::string> S3Client::get_text(const std::string& key,
                                              const std::stop_token& stop) const {
  http::Request get = request("GET", key, stop);
  get.body_limit = base::limit_of(base::Limit::document_bytes);
  http::Response response = send(get, {200, 404});
  if (response.status == 200) return std::move(response.body);
  // No such bucket is another thing than no such object.
  if (s3_error_text(response.body).starts_with("NoSuchBucket")) throw failure_of(get, response);
  return std::nullopt;
}

void S3Client::get(const std::string& key, std::uint64_t size, base::Sink& sink,
                   const std::stop_token& stop) const {
  http::Request get = request("GET", key, stop);
  get.sink_for = [&](const http::Response& head) { return head.status == 200 ? &sink : nullptr; };
  get.sink_limit = size;
  static_cast<void>(send(get, {200}));
}

std::optional<std::int64_t> S3Client::written_at(const std::string& key,
                                                 const std::stop_token& stop) const {
  const http::Response head = send(request("HEAD", key, stop), {200, 404});
  if (head.status == 404) return std::nullopt;
  const auto date = head.headers.find("Last-Modified");
  return date ? http::try_parse_date(*date).value_or(0) : 0;
}

void S3Client::put(const std::string& key, const S3Content& content,
                   const std::stop_token& stop) const {
  if (content.size > kPartBytes) return put_in_parts(key, content, stop);
  static_cast<void>(send_body(request("PUT", key, stop), content));
}

void S3Client::put_text(const std::string& key, const std::string& text,
                        const std::stop_token& stop) const {
  const auto open = [&text](std::uint64_t offset) {
    return std::make_unique<base::StringSource>(std::string_view(text).substr(offset));
  };
  put(key, {open, text.size(), base::sha256_hex(text)}, stop);
}

bool S3Client::touch(const std::string& key, std::uint64_t size,
                     const std::stop_token& stop) const {
  if (size > kMaxCopy) return false;
  http::Request copy = request("PUT", key, stop);
  copy.headers.set("x-amz-copy-source", "/" + bucket_.bucket + "/" + bucket_.prefix + key);
  copy.headers.set("x-amz-metadata-directive", "REPLACE");
  const http::Response response = send(copy, {200});
  // The answer may begin before the copy has failed.
  if (!s3_error_text(response.body).empty()) throw failure_of(copy, response);
  return true;
}

void S3Client::remove(const std::string& key, const std::stop_token& stop) const {
  static_cast<void>(send(request("DELETE", key, stop), {200, 204, 404}));
}

std::vector<ObjectPage::Object> S3Client::list(const std::string& beginning,
                                               const std::stop_token& stop) const {
  std::vector<ObjectPage::Object> objects;
  std::optional<std::string> token;
  for (std::size_t pages = 0; pages < kMaxPages; ++pages) {
    http::Request get = request("GET", "", stop);
    get.body_limit = kMaxListBytes;
    if (token) http::add_query(get.url, "continuation-token", *token);
    http::add_query(get.url, "list-type", "2");
    http::add_query(get.url, "prefix", bucket_.prefix + beginning);
    ObjectPage page = parse_object_page(send(get, {200}).body);
    for (ObjectPage::Object& object : page.objects) {
      if (!object.key.starts_with(bucket_.prefix + beginning)) continue;
      object.key.erase(0, bucket_.prefix.size());
      objects.push_back(std::move(object));
    }
    if (!page.next) return objects;
    token = std::move(page.next);
  }
  throw Error(ErrorKind::limit, "list bucket", bucket_.for_people, "it has too many objects");
}

}  // namespace cooper::share
