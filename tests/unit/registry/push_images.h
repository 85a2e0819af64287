// Images that share layers, to be pushed to the fake registry.
#pragma once

#include "oci/media_type.h"
#include "registry/push_session.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::test {

struct Images : RegistryFixture {
  SampleBlob config = sample_blob("{}", std::string(oci::media_type::kConfig));
  SampleBlob shared =
      sample_blob(test::sample_bytes(50'000, 1), std::string(oci::media_type::kLayerTar));
  SampleBlob big = sample_blob(sample_bytes(60'000, 2), std::string(oci::media_type::kLayerTar));
  SampleBlob own = sample_blob("own", std::string(oci::media_type::kLayerTar));
  int fetched = 0;

  registry::PushBlob blob(const SampleBlob& sample) {
    return {sample.descriptor, [&sample](std::uint64_t offset) {
              return std::make_unique<base::StringSource>(
                  std::string_view(sample.bytes).substr(offset));
            }};
  }
  registry::PushImage image(const std::vector<SampleBlob>& layers, std::vector<std::string> tags) {
    registry::PushImage out{"x",
                            test::sample_manifest(config, layers),
                            std::string(oci::media_type::kManifest),
                            {},
                            std::move(tags)};
    out.blobs.push_back(blob(config));
    for (const SampleBlob& layer : layers)
      out.blobs.push_back(blob(layer.bytes == own.bytes   ? own
                               : layer.bytes == big.bytes ? big
                                                          : shared));
    return out;
  }
};

}  // namespace cooper::test
