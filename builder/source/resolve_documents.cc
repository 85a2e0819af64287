#include "builder/source/resolve_documents.h"

#include "base/error.h"
#include "base/limits.h"
#include "oci/media_type.h"

namespace cooper::source {
namespace {

std::string platforms_of(const oci::Index& index) {
  std::string out;
  for (const oci::Descriptor& entry : index.manifests) {
    if (!entry.platform || entry.platform->os == "unknown") continue;
    out += (out.empty() ? "" : ", ") + oci::to_string(*entry.platform);
  }
  return out.empty() ? "none" : out;
}

// An index of one thing that does not say for which platform it is.
const oci::Descriptor* only_entry(const oci::Index& index) {
  if (index.manifests.size() != 1 || index.manifests.front().platform) return nullptr;
  return &index.manifests.front();
}

// The bytes of `document`, which must be what its descriptor says.
std::string read_checked(const std::string& name, const oci::Descriptor& document,
                         const std::function<std::string(const oci::Descriptor&)>& read) {
  if (document.size > base::limit_of(base::Limit::document_bytes)) {
    throw base::limit_error(base::Limit::document_bytes, "read", name,
                            document.digest.to_string() + " is larger than a document may be");
  }
  std::string bytes = read(document);
  if (bytes.size() != document.size || oci::Digest::of_bytes(bytes) != document.digest) {
    throw base::Error(base::ErrorKind::corrupt, "read", name,
                      "the bytes of " + document.digest.to_string() + " do not have that digest");
  }
  return bytes;
}

void check_image(const std::string& name, const oci::Manifest& manifest,
                 const oci::ImageConfig& config) {
  if (config.diff_ids.size() != manifest.layers.size()) {
    throw base::Error(base::ErrorKind::corrupt, "read", name,
                      "the manifest has " + std::to_string(manifest.layers.size()) +
                          " layers, the configuration " + std::to_string(config.diff_ids.size()));
  }
  for (const oci::Descriptor& layer : manifest.layers) {
    if (!oci::media_type::is_layer(layer.media_type)) {
      throw base::Error(base::ErrorKind::unsupported, "read", name,
                        "a layer of type '" + layer.media_type + "' is not supported");
    }
  }
}

}  // namespace

ResolvedImage resolve_documents(const std::string& name, TopDocument top,
                                const oci::Platform& platform,
                                const std::function<std::string(const oci::Descriptor&)>& read,
                                std::shared_ptr<store::BlobProvider> blobs) {
  for (std::uint64_t depth = 0;; ++depth) {
    const auto document = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
    if (const oci::Manifest* manifest = std::get_if<oci::Manifest>(&document)) {
      const std::string_view type = manifest->config.media_type;
      if (type != oci::media_type::kConfig && type != oci::media_type::kDockerConfig) {
        throw base::Error(
            base::ErrorKind::unsupported, "read", name,
            "it is no container image but an artifact of type '" + std::string(type) + "'");
      }
      std::string config_bytes = read_checked(name, manifest->config, read);
      oci::ImageConfig config = oci::parse_image_config(config_bytes);
      check_image(name, *manifest, config);
      top.descriptor.media_type = manifest->media_type;
      return {name,
              {top.descriptor.media_type, top.descriptor.digest, top.descriptor.size},
              std::move(top.bytes),
              std::move(config_bytes),
              manifest->layers,
              std::move(config),
              std::move(blobs)};
    }
    const auto& index = std::get<oci::Index>(document);
    const oci::Descriptor* entry = oci::find_platform(index, platform);
    if (entry == nullptr) entry = only_entry(index);
    if (entry == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "read", name,
                        "there is no image for " + oci::to_string(platform) +
                            "; there is: " + platforms_of(index));
    }
    if (depth == base::limit_of(base::Limit::index_depth)) {
      throw base::limit_error(base::Limit::index_depth, "read", name,
                              "indexes are nested too deeply");
    }
    oci::Descriptor next = *entry;
    std::string bytes = read_checked(name, next, read);
    top = {std::move(next), std::move(bytes)};
  }
}

}  // namespace cooper::source
