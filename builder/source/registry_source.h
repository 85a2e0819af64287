// An image of a registry, or of the mirrors that registries.conf names for it. What names the image
// by digest and lies in the store already is not asked for again.
#pragma once

#include "builder/source/image_source.h"
#include "builder/store/store.h"
#include "oci/reference.h"
#include "registry/client.h"

namespace cooper::source {

class RegistrySource final : public ImageSource {
 public:
  // `client` and `store` outlive the source and what it resolved; documents (no layers) are kept in
  // `store` if given.
  RegistrySource(registry::Client& client, oci::Reference reference, store::Store* store);
  [[nodiscard]] ResolvedImage resolve(const oci::Platform& platform, std::stop_token stop) override;

 private:
  // From one place; `places` are all that the blobs may come from.
  [[nodiscard]] ResolvedImage resolve_at(const registry::Repository& place,
                                         std::vector<registry::Repository> places,
                                         const oci::Platform& platform,
                                         const std::stop_token& stop) const;
  [[nodiscard]] std::string read_document(const registry::Repository& repository,
                                          const oci::Descriptor& document,
                                          const std::stop_token& stop) const;

  registry::Client& client_;
  oci::Reference reference_;
  store::Store* store_;
};

}  // namespace cooper::source
