#include "builder/share/cache_depot.h"

#include "base/limits.h"
#include "base/sink.h"
#include "oci/manifest.h"
#include "oci/media_type.h"

namespace cooper::share {

CacheDocument top_document(const std::vector<cache::SharedPage>& pages) {
  if (pages.size() == 1)
    return {pages.front().manifest_bytes, std::string(oci::media_type::kManifest)};
  oci::Index index;
  index.media_type = oci::media_type::kIndex;
  for (const cache::SharedPage& page : pages) {
    index.manifests.push_back({std::string(oci::media_type::kManifest),
                               oci::Digest::of_bytes(page.manifest_bytes),
                               page.manifest_bytes.size()});
  }
  return {oci::to_json(index), index.media_type};
}

CacheDocument CacheDepot::read_manifest(const oci::Descriptor& manifest, std::stop_token stop) {
  return {read_config(*this, manifest, std::move(stop)), manifest.media_type};
}

std::string read_config(CacheDepot& depot, const oci::Descriptor& config, std::stop_token stop) {
  if (config.size > base::limit_of(base::Limit::document_bytes)) {
    throw base::limit_error(base::Limit::document_bytes, "read cache", depot.name(),
                            "a document of it is larger than documents may be");
  }
  base::StringSink sink;
  depot.blobs()->fetch(config, sink, std::move(stop));
  if (sink.text().size() != config.size || oci::Digest::of_bytes(sink.text()) != config.digest) {
    throw base::Error(base::ErrorKind::corrupt, "read cache", depot.name(),
                      "the bytes of " + config.digest.to_string() + " do not have that digest");
  }
  return sink.take();
}

}  // namespace cooper::share
