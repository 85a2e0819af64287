// Caches in a bucket of Amazon's S3 or a store like it: PREFIX/blobs/sha256/<hex> and
// PREFIX/manifests/<name>, the same documents as in a registry. Not all such stores write on
// condition, so there is no exclusion: see cache_writer.h. Blobs stay until the bucket's own rules
// remove them.
#pragma once

#include "builder/share/cache_depot.h"
#include "builder/share/s3_bucket.h"
#include "registry/http/transport.h"

namespace cooper::share {

class S3Depot final : public CacheDepot {
 public:
  S3Depot(std::shared_ptr<http::Transport> transport, S3Bucket bucket);

  [[nodiscard]] const std::string& name() const override { return bucket_.name; }
  [[nodiscard]] std::unique_ptr<Exclusion> exclude_others(std::stop_token) override {
    return nullptr;
  }
  [[nodiscard]] std::optional<CacheDocument> find(const std::string& name,
                                                  std::stop_token stop) override;
  [[nodiscard]] CacheDocument read_manifest(const oci::Descriptor& manifest,
                                            std::stop_token stop) override;
  [[nodiscard]] std::vector<std::string> names(std::stop_token stop) override;
  [[nodiscard]] bool has_blob(const oci::Descriptor& blob, std::stop_token stop) override;
  [[nodiscard]] std::shared_ptr<store::BlobProvider> blobs() override;
  void publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
               const std::vector<CacheBlob>& blobs, std::stop_token stop) override;
  void remove(const std::string& name, std::stop_token stop) override;

 private:
  class Blobs;
  [[nodiscard]] http::Request request(const std::string& method, const std::string& key,
                                      const std::stop_token& stop) const;
  [[nodiscard]] http::Response send(const http::Request& request,
                                    std::initializer_list<int> expected) const;
  void put(const std::string& key, const std::string& sha256, http::Body body,
           const std::stop_token& stop) const;
  void put_text(const std::string& key, const std::string& text, const std::stop_token& stop) const;
  void put_blob(const CacheBlob& blob, const std::stop_token& stop) const;

  std::shared_ptr<http::Transport> transport_;
  S3Bucket bucket_;
};

}  // namespace cooper::share
