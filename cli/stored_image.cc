#include "cli/stored_image.h"

#include "base/error.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

std::string read_document(const store::Store& store, const std::string& reference,
                          const oci::Descriptor& document) {
  auto bytes = store.read_document(document.digest);
  if (bytes) return *std::move(bytes);
  throw Error(ErrorKind::not_found, "read image", reference,
              "blob " + document.digest.to_string() + " is not in the store");
}

export_::Image image_of(const store::Store& store, const std::string& reference,
                        const oci::Descriptor& top, std::string bytes, oci::Manifest manifest) {
  std::string config = read_document(store, reference, manifest.config);
  oci::ImageConfig parsed = oci::parse_image_config(config);
  return {reference,
          {},
          {manifest.media_type, top.digest, top.size},
          std::move(bytes),
          std::move(manifest),
          std::move(config),
          std::move(parsed),
          {}};
}

}  // namespace

export_::Image load_stored_image(const store::Store& store, const std::string& reference,
                                 std::vector<std::string> tags) {
  const auto top = store.find_image(reference);
  if (!top) {
    throw Error(ErrorKind::not_found, "push", reference, "the store has no such image")
        .with_hint("cooper images lists what there is");
  }
  std::string bytes = read_document(store, reference, *top);
  auto document = oci::parse_manifest_or_index(bytes, top->media_type);
  if (auto* manifest = std::get_if<oci::Manifest>(&document)) {
    export_::Image image = image_of(store, reference, *top, std::move(bytes), std::move(*manifest));
    image.tags = std::move(tags);
    return image;
  }
  const oci::Index& index = std::get<oci::Index>(document);
  std::vector<export_::Image> children;
  for (const oci::Descriptor& entry : index.manifests) {
    std::string text = read_document(store, reference, entry);
    oci::Manifest manifest = oci::parse_manifest(text, entry.media_type);
    children.push_back(image_of(store, reference, entry, std::move(text), std::move(manifest)));
  }
  if (children.empty()) {
    throw Error(ErrorKind::corrupt, "read image", reference, "its index lists no image");
  }
  export_::Image image = children.front();
  image.tags = std::move(tags);
  image.manifest = {index.media_type, top->digest, top->size};
  image.manifest_bytes = std::move(bytes);
  image.children = std::move(children);
  return image;
}

}  // namespace cooper::cli
