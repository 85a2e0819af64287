#include "builder/share/s3_depot.h"

#include <algorithm>

#include "base/error.h"
#include "base/sha256.h"
#include "builder/share/s3_list.h"
#include "oci/manifest.h"
#include "registry/parallel.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr unsigned kTransfers = 4;
constexpr std::size_t kMaxPages = 100;
constexpr std::uint64_t kMaxListBytes = 8U << 20;

std::string blob_key(const oci::Digest& digest) { return "blobs/sha256/" + digest.hex(); }

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

class S3Depot::Blobs final : public store::BlobProvider {
 public:
  Blobs(std::shared_ptr<http::Transport> transport, S3Bucket bucket)
      : depot_(std::move(transport), std::move(bucket)) {}

  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    http::Request request = depot_.request("GET", blob_key(blob.digest), stop);
    request.sink_for = [&](const http::Response& head) {
      return head.status == 200 ? &sink : nullptr;
    };
    request.sink_limit = blob.size;
    static_cast<void>(depot_.send(request, {200}));
  }
  [[nodiscard]] std::string name() const override { return depot_.bucket_.for_people; }

 private:
  S3Depot depot_;
};

S3Depot::S3Depot(std::shared_ptr<http::Transport> transport, S3Bucket bucket)
    : transport_(std::move(transport)), bucket_(std::move(bucket)) {}

http::Request S3Depot::request(const std::string& method, const std::string& key,
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

http::Response S3Depot::send(const http::Request& request,
                             std::initializer_list<int> expected) const {
  http::Response response = transport_->send(request);
  if (std::find(expected.begin(), expected.end(), response.status) == expected.end())
    throw failure_of(request, response);
  return response;
}

std::optional<CacheDocument> S3Depot::find(const std::string& name, std::stop_token stop) {
  http::Request get = request("GET", "manifests/" + name, stop);
  get.body_limit = oci::kMaxDocumentBytes;
  http::Response response = send(get, {200, 404});
  if (response.status == 404) {
    // No such bucket is another thing than no such cache.
    if (s3_error_text(response.body).starts_with("NoSuchBucket")) throw failure_of(get, response);
    return std::nullopt;
  }
  return CacheDocument{std::move(response.body), ""};
}

CacheDocument S3Depot::read_manifest(const oci::Descriptor& manifest, std::stop_token stop) {
  return {read_config(*this, manifest, std::move(stop)), manifest.media_type};
}

std::vector<std::string> S3Depot::names(std::stop_token stop) {
  const std::string folder = bucket_.prefix + "manifests/";
  std::vector<std::string> names;
  std::optional<std::string> token;
  for (std::size_t pages = 0; pages < kMaxPages; ++pages) {
    http::Request list = request("GET", "", stop);
    list.body_limit = kMaxListBytes;
    if (token) http::add_query(list.url, "continuation-token", *token);
    http::add_query(list.url, "list-type", "2");
    http::add_query(list.url, "prefix", folder + bucket_.name + ".");
    const ObjectPage page = parse_object_page(send(list, {200}).body);
    for (const std::string& key : page.keys) {
      if (key.starts_with(folder)) names.push_back(key.substr(folder.size()));
    }
    if (!page.next) return names;
    token = page.next;
  }
  throw Error(ErrorKind::limit, "list bucket", bucket_.for_people, "it has too many parts");
}

bool S3Depot::has_blob(const oci::Descriptor& blob, std::stop_token stop) {
  return send(request("HEAD", blob_key(blob.digest), stop), {200, 404}).status == 200;
}

std::shared_ptr<store::BlobProvider> S3Depot::blobs() {
  return std::make_shared<Blobs>(transport_, bucket_);
}

void S3Depot::put(const std::string& key, const std::string& sha256, http::Body body,
                  const std::stop_token& stop) const {
  http::Request put = request("PUT", key, stop);
  put.headers.set("x-amz-content-sha256", sha256);
  put.body = std::move(body);
  put.deadline = std::chrono::seconds(0);
  static_cast<void>(send(put, {200}));
}

void S3Depot::put_text(const std::string& key, const std::string& text,
                       const std::stop_token& stop) const {
  put(key, base::sha256_hex(text), http::text_body(text), stop);
}

void S3Depot::put_blob(const CacheBlob& blob, const std::stop_token& stop) const {
  blob.fetch(stop);
  put(blob_key(blob.descriptor.digest), blob.descriptor.digest.hex(),
      {[&blob] { return blob.open(0); }, blob.descriptor.size}, stop);
}

void S3Depot::publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
                      const std::vector<CacheBlob>& blobs, std::stop_token stop) {
  registry::for_each_parallel(blobs.size(), kTransfers, stop,
                              [&](std::size_t i, const std::stop_token& token) {
                                if (!has_blob(blobs[i].descriptor, token))
                                  put_blob(blobs[i], token);
                              });
  if (stop.stop_requested())
    throw Error(ErrorKind::cancelled, "write cache", bucket_.for_people, "cancelled");
  for (const cache::SharedPage& page : pages) {
    put_text(blob_key(page.manifest.config.digest), page.config_bytes, stop);
    if (pages.size() > 1)
      put_text(blob_key(oci::Digest::of_bytes(page.manifest_bytes)), page.manifest_bytes, stop);
  }
  put_text("manifests/" + name, top_document(pages).bytes, stop);
}

void S3Depot::remove(const std::string& name, std::stop_token stop) {
  static_cast<void>(send(request("DELETE", "manifests/" + name, stop), {200, 204, 404}));
}

}  // namespace cooper::share
