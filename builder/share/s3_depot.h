// Caches in a bucket of Amazon's S3 or a store like it: PREFIX/blobs/sha256/<hex> and
// PREFIX/manifests/<name>, the same documents as in a registry. Not all such stores write on
// condition, so there is no exclusion: see cache_writer.h. Blobs that no cache names any more are
// removed after two days (s3_sweep.h).
#pragma once

#include "builder/share/cache_depot.h"
#include "builder/share/s3_client.h"

namespace cooper::share {

class S3Depot final : public CacheDepot {
 public:
  S3Depot(std::shared_ptr<http::Transport> transport, S3Bucket bucket);

  [[nodiscard]] static std::string blob_key(const oci::Digest& digest);

  [[nodiscard]] std::optional<CacheDocument> find(const std::string& name,
                                                  std::stop_token stop) override;
  [[nodiscard]] std::vector<std::string> names(std::stop_token stop) override;
  [[nodiscard]] bool has_blob(const oci::Descriptor& blob, std::stop_token stop) override;
  [[nodiscard]] std::shared_ptr<store::BlobProvider> blobs() override;
  void publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
               const std::vector<CacheBlob>& blobs, std::stop_token stop) override;
  void remove(const std::string& name, std::stop_token stop) override;
  void remove_unused(std::int64_t now, std::stop_token stop) override;

 private:
  void put_blob(const CacheBlob& blob, const std::stop_token& stop) const;

  S3Client client_;
};

}  // namespace cooper::share
