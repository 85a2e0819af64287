#include "builder/source/docker_archive_source.h"

#include <algorithm>
#include <map>
#include <span>

#include "base/error.h"
#include "base/path.h"
#include "builder/source/layout_source.h"
#include "builder/source/resolve_documents.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::source {
namespace {

class SavedBlobs final : public store::BlobProvider {
 public:
  SavedBlobs(std::shared_ptr<LayoutFiles> files, std::map<oci::Digest, std::string> paths)
      : files_(std::move(files)), paths_(std::move(paths)) {}

  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    const auto path = paths_.find(blob.digest);
    std::optional<LayoutFiles::File> file;
    if (path != paths_.end()) file = files_->open(path->second);
    if (!file)
      throw base::Error(base::ErrorKind::not_found, "read blob of", name(),
                        blob.digest.to_string() + " is not there");
    std::vector<std::byte> buffer(256 * 1024);
    while (const std::size_t count = file->bytes->read(buffer)) {
      if (stop.stop_requested())
        throw base::Error(base::ErrorKind::cancelled, "read blob of", name(), "cancelled");
      sink.write({buffer.data(), count});
    }
  }
  [[nodiscard]] std::string name() const override { return "docker-archive:" + files_->name(); }

 private:
  std::shared_ptr<LayoutFiles> files_;
  std::map<oci::Digest, std::string> paths_;
};

oci::Digest digest_of(base::Source& source) {
  base::Sha256 hash;
  std::vector<std::byte> buffer(256 * 1024);
  while (const std::size_t count = source.read(buffer)) hash.update({buffer.data(), count});
  return oci::Digest::from_sha256(hash.finish());
}

// Layers of old archives are plain tar files, whose digest the configuration tells; newer ones are
// named by digest.
oci::Descriptor describe_layer(LayoutFiles& files, const std::string& path,
                               const oci::DiffId& diff_id) {
  const auto open = [&] {
    std::optional<LayoutFiles::File> file = files.open(path);
    if (file) return *std::move(file);
    throw base::Error(base::ErrorKind::corrupt, "read", files.name(),
                      "layer '" + path + "' is not there");
  };
  LayoutFiles::File file = open();
  std::string magic(4, '\0');
  magic.resize(file.bytes->read(std::as_writable_bytes(std::span(magic))));
  const bool gzip = magic.starts_with("\x1f\x8b");
  const bool zstd = magic == "\x28\xb5\x2f\xfd";
  if (!gzip && !zstd) {
    return {std::string(oci::media_type::kLayerTar), oci::Digest::parse(diff_id.to_string()),
            file.size};
  }
  const auto named = oci::Digest::try_parse("sha256:" + std::string(base::base_name(path)));
  const oci::Digest digest = named ? *named : digest_of(*open().bytes);
  return {std::string(gzip ? oci::media_type::kLayerGzip : oci::media_type::kLayerZstd), digest,
          file.size};
}

bool same_layers(const oci::Manifest& a, const oci::Manifest& b) {
  return std::ranges::equal(a.layers, b.layers, {}, &oci::Descriptor::digest,
                            &oci::Descriptor::digest);
}

// Newer archives are an OCI layout too, and have the image's own manifest.
std::optional<std::string> find_manifest(LayoutFiles& files, const oci::Manifest& made) {
  const auto text = files.read_document("index.json");
  if (!text) return std::nullopt;
  for (const oci::Descriptor& entry : oci::parse_index(*text, "").manifests) {
    auto bytes = files.read_document("blobs/sha256/" + entry.digest.hex());
    if (!bytes || oci::Digest::of_bytes(*bytes) != entry.digest) continue;
    const auto document = oci::parse_manifest_or_index(*bytes, entry.media_type);
    const auto* manifest = std::get_if<oci::Manifest>(&document);
    if (manifest != nullptr && manifest->config.digest == made.config.digest &&
        same_layers(*manifest, made)) {
      return bytes;
    }
  }
  return std::nullopt;
}

bool has_tag(const SavedImage& image, const std::string& reference) {
  const std::optional<oci::Reference> wanted = oci::try_parse_reference(reference);
  for (const std::string& tag : image.tags) {
    if (tag == reference || (wanted && oci::try_parse_reference(tag) == wanted)) return true;
  }
  return false;
}

}  // namespace

DockerArchiveSource::DockerArchiveSource(std::shared_ptr<LayoutFiles> files, std::string reference)
    : files_(std::move(files)),
      reference_(std::move(reference)),
      name_("docker-archive:" + files_->name() + (reference_.empty() ? "" : ":" + reference_)) {}

ResolvedImage DockerArchiveSource::resolve(const oci::Platform& platform, std::stop_token stop) {
  const std::optional<std::string> text = files_->read_document("manifest.json");
  if (!text && !files_->open("index.json")) {
    throw base::Error(base::ErrorKind::not_found, "read", name_,
                      "there is no manifest.json: this is no archive of docker save");
  }
  if (!text) return LayoutSource(files_, {reference_, {}}, name_).resolve(platform, stop);
  const std::vector<SavedImage> images = parse_saved_images(*text, files_->name());
  std::string names;
  for (const SavedImage& image : images) {
    if (reference_.empty() ? images.size() == 1 : has_tag(image, reference_))
      return resolve_saved(image, platform);
    for (const std::string& tag : image.tags) names += (names.empty() ? "" : ", ") + tag;
  }
  throw base::Error(base::ErrorKind::not_found, "read", name_,
                    (reference_.empty() ? "which image is meant? " : "no such image; ") +
                        ("the archive holds: " + names));
}

ResolvedImage DockerArchiveSource::resolve_saved(const SavedImage& image,
                                                 const oci::Platform& platform) const {
  std::optional<std::string> config_bytes =
      files_->read_document(base::clean_below_root(image.config));
  if (!config_bytes) {
    throw base::Error(base::ErrorKind::corrupt, "read", name_,
                      "configuration '" + image.config + "' is not there");
  }
  const oci::ImageConfig config = oci::parse_image_config(*config_bytes);
  if (config.diff_ids.size() != image.layers.size()) {
    throw base::Error(base::ErrorKind::corrupt, "read", name_,
                      "the numbers of layers and of diff_ids differ");
  }
  oci::Manifest manifest{std::string(oci::media_type::kManifest),
                         {std::string(oci::media_type::kConfig),
                          oci::Digest::of_bytes(*config_bytes), config_bytes->size()},
                         {}};
  std::map<oci::Digest, std::string> paths;
  paths.emplace(manifest.config.digest, base::clean_below_root(image.config));
  for (std::size_t i = 0; i < image.layers.size(); ++i) {
    const std::string path = base::clean_below_root(image.layers[i]);
    manifest.layers.push_back(describe_layer(*files_, path, config.diff_ids[i]));
    paths.emplace(manifest.layers.back().digest, path);
  }
  std::string bytes = oci::to_json(manifest);
  if (auto own = find_manifest(*files_, manifest)) {
    bytes = *std::move(own);
    manifest.media_type.clear();  // as the document says
  }
  const oci::Descriptor top{manifest.media_type, oci::Digest::of_bytes(bytes), bytes.size()};
  return resolve_documents(
      name_, {top, std::move(bytes)}, platform,
      [&](const oci::Descriptor&) { return *config_bytes; },
      std::make_shared<SavedBlobs>(files_, std::move(paths)));
}

}  // namespace cooper::source
