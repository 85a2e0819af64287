// A small image, and an index of it, in a fake registry.
#pragma once

#include "images/document_source.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::test {

struct ImagesFixture : RegistryFixture {
  TempDirectory directory;
  store::Store store = store::Store::open(directory.path() + "/store");
  // A layer is its own tar here: two empty blocks, so bytes and DiffID have one digest.
  SampleBlob layer = sample_blob(std::string(1024, '\0'), std::string(oci::media_type::kLayerTar));
  SampleBlob config = sample_blob(
      R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" +
          layer.descriptor.digest.to_string() + R"("]}})",
      std::string(oci::media_type::kConfig));
  std::string manifest = sample_manifest(config, {layer});

  ImagesFixture() { put("team/site", "app", manifest, std::string(oci::media_type::kManifest)); }

  void put(const std::string& name, const std::string& tag, const std::string& bytes,
           const std::string& type) {
    for (const SampleBlob* blob : {&layer, &config})
      stored(name).blobs[blob->descriptor.digest.to_string()] = blob->bytes;
    const std::string digest = oci::Digest::of_bytes(bytes).to_string();
    stored(name).manifests[digest] = {type, bytes};
    stored(name).tags[tag] = digest;
  }

  std::string put_index() {
    oci::Descriptor entry{std::string(oci::media_type::kManifest), oci::Digest::of_bytes(manifest),
                          manifest.size()};
    entry.platform = oci::Platform{"linux", "amd64"};
    const std::string index =
        oci::to_json(oci::Index{std::string(oci::media_type::kIndex), {entry}});
    put("team/site", "all", index, std::string(oci::media_type::kIndex));
    return index;
  }

  std::unique_ptr<images::DocumentSource> open(const std::string& text) {
    return images::open_documents(text, client, store);
  }
};

}  // namespace cooper::test
