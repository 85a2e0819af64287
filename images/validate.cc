#include "images/validate.h"

#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/limits.h"
#include "builder/layer/decompressor.h"
#include "builder/layer/layer_content.h"
#include "images/spool.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/media_type.h"

namespace cooper::images {
namespace {

constexpr std::string_view kAttestation = "application/vnd.in-toto+json";

class Validator {
 public:
  Validator(DocumentSource& source, const store::Store& store, std::stop_token stop)
      : source_(source), spool_(store, source), stop_(std::move(stop)) {}

  void check_document(const oci::Descriptor& said, const std::string& bytes, std::uint64_t depth) {
    ++found_.documents;
    check_bytes("manifest", said, bytes);
    noting("manifest " + said.digest.to_string(), [&] {
      const auto document = oci::parse_manifest_or_index(bytes, said.media_type);
      if (const auto* manifest = std::get_if<oci::Manifest>(&document))
        return check_manifest(said, *manifest);
      for (const oci::Descriptor& entry : std::get<oci::Index>(document).manifests) {
        if (depth == base::limit_of(base::Limit::index_depth))
          throw base::limit_error(base::Limit::index_depth, "read", said.digest.to_string(),
                                  "indexes are nested too deeply");
        noting("manifest " + entry.digest.to_string(),
               [&] { check_document(entry, source_.read(entry, stop_), depth + 1); });
      }
    });
  }

  [[nodiscard]] Validation take() { return std::move(found_); }

 private:
  void note(std::string thing, std::string cause) {
    found_.disagreements.push_back({std::move(thing), std::move(cause)});
  }

  // What `check` throws about the image is a disagreement too.
  template <class Check>
  void noting(const std::string& thing, Check check) {
    try {
      check();
    } catch (const base::Error& error) {
      const bool about_image = error.kind() == base::ErrorKind::corrupt ||
                               error.kind() == base::ErrorKind::unsupported ||
                               error.kind() == base::ErrorKind::not_found;
      if (!about_image) throw;
      note(thing, error.cause());
    }
  }

  void check_bytes(const std::string& kind, const oci::Descriptor& said, const std::string& bytes) {
    const std::string thing = kind + " " + said.digest.to_string();
    const oci::Digest digest = oci::Digest::of_bytes(bytes);
    if (digest != said.digest) note(thing, "its bytes have digest " + digest.to_string());
    if (bytes.size() != said.size) {
      note(thing, "it has " + std::to_string(bytes.size()) + " bytes instead of " +
                      std::to_string(said.size));
    }
  }

  void check_manifest(const oci::Descriptor& said, const oci::Manifest& manifest) {
    // What is no image but some artifact has documents and blobs of kinds that are its own
    // business.
    if (!oci::media_type::is_image_config(manifest.config.media_type)) {
      check_blob(manifest.config);
      for (const oci::Descriptor& blob : manifest.layers) check_blob(blob);
      return;
    }
    const std::string thing = "configuration " + manifest.config.digest.to_string();
    std::optional<oci::ImageConfig> config;
    noting(thing, [&] {
      const std::string bytes = source_.read(manifest.config, stop_);
      ++found_.documents;
      check_bytes("configuration", manifest.config, bytes);
      config = oci::parse_image_config(bytes);
    });
    if (config) check_config(thing, said, manifest, *config);
    for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
      std::optional<oci::DiffId> diff_id;
      if (config && i < config->diff_ids.size()) diff_id = config->diff_ids[i];
      check_layer(manifest.layers[i], diff_id);
    }
  }

  void check_config(const std::string& thing, const oci::Descriptor& said,
                    const oci::Manifest& manifest, const oci::ImageConfig& config) {
    const std::size_t layers = manifest.layers.size();
    if (config.diff_ids.size() != layers) {
      note(thing, "it has " + std::to_string(config.diff_ids.size()) + " DiffIDs, the manifest " +
                      std::to_string(layers) + " layers");
    }
    const auto with_layer = static_cast<std::size_t>(std::ranges::count_if(
        config.history, [](const oci::History& one) { return !one.empty_layer; }));
    if (!config.history.empty() && with_layer != layers) {
      note(thing, "its history tells of " + std::to_string(with_layer) +
                      " layers, the manifest has " + std::to_string(layers));
    }
    if (config.platform.os.empty() || config.platform.architecture.empty())
      note(thing, "it names no platform");
    if (said.platform && !oci::satisfies(config.platform, *said.platform)) {
      note(thing, "it is for " + oci::to_string(config.platform) + ", the index says " +
                      oci::to_string(*said.platform));
    }
  }

  // Digest and size.
  void check_blob(const oci::Descriptor& blob) {
    noting("blob " + blob.digest.to_string(), [&] { spool_.fetch(blob, stop_); });
    spool_.drop(blob);
    ++found_.layers;
    found_.bytes += blob.size;
  }

  void check_layer(const oci::Descriptor& layer, const std::optional<oci::DiffId>& diff_id) {
    const std::string thing = "layer " + layer.digest.to_string();
    const auto known = diff_ids_.try_emplace(layer.digest);
    std::optional<oci::DiffId>& computed = known.first->second;
    if (known.second) {
      ++found_.layers;
      noting(thing, [&] { computed = read_layer(thing, layer); });
      spool_.drop(layer);
    }
    if (diff_id && computed && *computed != *diff_id) {
      note(thing, "its DiffID is " + computed->to_string() + ", the configuration says " +
                      diff_id->to_string());
    }
  }

  // The whole of it, to the last member of its tar.
  oci::DiffId read_layer(const std::string& thing, const oci::Descriptor& layer) {
    const bool is_attestation = layer.media_type == kAttestation;
    if (!is_attestation && !oci::media_type::is_layer(layer.media_type))
      note(thing, "the media type '" + layer.media_type + "' is none of a layer");
    spool_.fetch(layer, stop_);
    found_.bytes += layer.size;
    if (is_attestation) return oci::DiffId::parse(layer.digest.to_string());  // no tar
    const layer::LayerState state =
        layer::check_layer({spool_.open_file(layer), layer.digest, true}, stop_);
    if (!state.fault.empty()) note(thing, state.fault);
    layer::check_media_type(layer.media_type, state.compression, thing);
    return state.diff_id;
  }

  DocumentSource& source_;
  Spool spool_;
  std::stop_token stop_;
  Validation found_;
  std::map<oci::Digest, std::optional<oci::DiffId>> diff_ids_;  // of layers, as computed
};

}  // namespace

Validation validate(DocumentSource& source, const store::Store& store, std::stop_token stop) {
  const Document top = source.top(stop);
  Validator validator(source, store, stop);
  validator.check_document(top.descriptor, top.bytes, 0);
  return validator.take();
}

}  // namespace cooper::images
