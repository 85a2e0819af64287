// Caches in a directory that is an OCI image layout. Writers wait for each other.
#pragma once

#include "builder/share/cache_depot.h"
#include "builder/source/layout_files.h"

namespace cooper::export_ {
class LayoutWriter;
}

namespace cooper::share {

class LayoutDepot final : public CacheDepot {
 public:
  // The directory need not be there.
  LayoutDepot(std::string path, std::string name);

  [[nodiscard]] std::unique_ptr<Exclusion> exclude_others(std::stop_token stop) override;
  [[nodiscard]] std::optional<CacheDocument> find(const std::string& name,
                                                  std::stop_token stop) override;
  [[nodiscard]] std::vector<std::string> names(std::stop_token stop) override;
  [[nodiscard]] bool has_blob(const oci::Descriptor& blob, std::stop_token stop) override;
  [[nodiscard]] std::shared_ptr<store::BlobProvider> blobs() override;
  // Within an Exclusion. Blobs that no image of the layout has any more are removed.
  void publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
               const std::vector<CacheBlob>& blobs, std::stop_token stop) override;

 private:
  class Locked;
  [[nodiscard]] std::optional<oci::Index> index() const;
  void remove_unused_blobs(const oci::Index& index);

  std::string path_;
  export_::LayoutWriter* writer_ = nullptr;  // of the Exclusion that lives
};

}  // namespace cooper::share
