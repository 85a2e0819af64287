// Caches in a repository of a registry. Registries have no way to write a tag only if it did not
// move, so there is no exclusion: see cache_writer.h.
#pragma once

#include <optional>

#include "builder/share/cache_depot.h"
#include "oci/reference.h"
#include "registry/push_session.h"
#include "registry/repository.h"

namespace cooper::share {

class RegistryDepot final : public CacheDepot {
 public:
  // `reference` has a tag; one with a digest can only be read.
  RegistryDepot(registry::Repository repository, oci::Reference reference,
                registry::PushOptions options = {});

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
  registry::Repository repository_;
  oci::Reference reference_;
  registry::PushOptions options_;
  std::optional<registry::PushSession> session_;  // knows what it has sent before
};

}  // namespace cooper::share
