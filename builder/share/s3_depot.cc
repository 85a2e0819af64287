#include "builder/share/s3_depot.h"

#include <ctime>

#include "base/error.h"
#include "builder/share/s3_sweep.h"
#include "registry/parallel.h"

namespace cooper::share {
namespace {

constexpr unsigned kTransfers = 4;

class BucketBlobs final : public store::BlobProvider {
 public:
  explicit BucketBlobs(S3Client client) : client_(std::move(client)) {}

  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    client_.get(S3Depot::blob_key(blob.digest), blob.size, sink, stop);
  }
  [[nodiscard]] std::string name() const override { return client_.bucket().for_people; }

 private:
  S3Client client_;
};

}  // namespace

S3Depot::S3Depot(std::shared_ptr<http::Transport> transport, S3Bucket bucket)
    : CacheDepot(bucket.name), client_(std::move(transport), std::move(bucket)) {}

std::string S3Depot::blob_key(const oci::Digest& digest) { return "blobs/sha256/" + digest.hex(); }

std::optional<CacheDocument> S3Depot::find(const std::string& name, std::stop_token stop) {
  auto text = client_.get_text("manifests/" + name, stop);
  if (!text) return std::nullopt;
  return CacheDocument{*std::move(text), ""};
}

std::vector<std::string> S3Depot::names(std::stop_token stop) {
  const std::string folder = "manifests/";
  std::vector<std::string> names;
  for (const ObjectPage::Object& object : client_.list(folder + name() + ".", stop))
    names.push_back(object.key.substr(folder.size()));
  return names;
}

bool S3Depot::has_blob(const oci::Descriptor& blob, std::stop_token stop) {
  return client_.written_at(blob_key(blob.digest), stop).has_value();
}

std::shared_ptr<store::BlobProvider> S3Depot::blobs() {
  return std::make_shared<BucketBlobs>(client_);
}

void S3Depot::put_blob(const CacheBlob& blob, const std::stop_token& stop) const {
  const oci::Descriptor& descriptor = blob.descriptor;
  const std::string key = blob_key(descriptor.digest);
  // An old one may be of no cache any more, and about to be removed.
  const auto written = client_.written_at(key, stop);
  if (written && *written > ::time(nullptr) - kTouchedSeconds) return;
  if (written && client_.touch(key, descriptor.size, stop)) return;
  blob.fetch(stop);
  client_.put(key, {blob.open, descriptor.size, descriptor.digest.hex()}, stop);
}

void S3Depot::publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
                      const std::vector<CacheBlob>& blobs, std::stop_token stop) {
  registry::for_each_parallel(
      blobs.size(), kTransfers, stop,
      [&](std::size_t i, const std::stop_token& token) { put_blob(blobs[i], token); });
  if (stop.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "write cache", client_.bucket().for_people,
                      "cancelled");
  for (const cache::SharedPage& page : pages) {
    client_.put_text(blob_key(page.manifest.config.digest), page.config_bytes, stop);
    if (pages.size() > 1)
      client_.put_text(blob_key(oci::Digest::of_bytes(page.manifest_bytes)), page.manifest_bytes,
                       stop);
  }
  client_.put_text("manifests/" + name, top_document(pages).bytes, stop);
}

void S3Depot::remove(const std::string& name, std::stop_token stop) {
  client_.remove("manifests/" + name, stop);
}

void S3Depot::remove_unused(std::int64_t now, std::stop_token stop) {
  sweep_blobs(client_, now, stop);
}

}  // namespace cooper::share
