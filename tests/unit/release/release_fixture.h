// Releases of two roles into a fake registry.
#pragma once

#include "oci/image_config.h"
#include "oci/media_type.h"
#include "release/release.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::test {

struct ReleaseFixture : RegistryFixture {
  using Tags = std::map<std::string, std::string>;

  SampleBlob shared = sample_blob(sample_bytes(2'000, 1), std::string(oci::media_type::kLayerTar));
  // What the push reads from; stays where it is.
  std::map<std::string, SampleBlob> blobs;

  registry::PushBlob blob(const SampleBlob& sample) {
    const SampleBlob& kept = blobs.emplace(sample.descriptor.digest.hex(), sample).first->second;
    return {
        kept.descriptor, [&kept](std::uint64_t offset) {
          return std::make_unique<base::StringSource>(std::string_view(kept.bytes).substr(offset));
        }};
  }

  // `content`: what the role's own layer holds; the same content is the same image.
  release::ReleaseImage image(const std::string& role, const std::string& version,
                              const std::string& content, const std::string& repository_name) {
    const SampleBlob config = sample_blob(
        R"({"architecture":"amd64","os":"linux","config":{"Labels":{"org.opencontainers.image.version":")" +
            version + R"("}},"rootfs":{"type":"layers","diff_ids":[]}})",
        std::string(oci::media_type::kConfig));
    const SampleBlob own =
        sample_blob(role + " " + content, std::string(oci::media_type::kLayerTar));
    registry::PushImage push{role,
                             sample_manifest(config, {shared, own}),
                             std::string(oci::media_type::kManifest),
                             {blob(config), blob(shared), blob(own)},
                             {}};
    return {role,
            repository(repository_name),
            std::move(push),
            role + "-" + version,
            {role + "-latest"}};
  }

  std::vector<release::ReleaseImage> images(const std::string& version, const std::string& content,
                                            const std::string& repository_name = "team/site") {
    return {image("app", version, content, repository_name),
            image("web", version, content, repository_name)};
  }

  release::ReleaseOptions options(const std::string& version) {
    release::ReleaseOptions out;
    out.version = version;
    out.push.parallel = 1;  // so that the order of requests is one
    return out;
  }

  std::vector<release::ReleasedImage> release(const std::string& version,
                                              const std::string& content, bool force = false) {
    release::ReleaseOptions chosen = options(version);
    chosen.force = force;
    return release::release_images(images(version, content), chosen, {});
  }

  std::string digest(const release::ReleaseImage& image) {
    return oci::Digest::of_bytes(image.image.manifest_bytes).to_string();
  }
  const Tags& tags(const std::string& name = "team/site") { return stored(name).tags; }
};

}  // namespace cooper::test
