#include "builder/layer/layer_forms.h"

#include "base/error.h"
#include "base/sink.h"
#include "builder/layer/block_pipeline.h"
#include "builder/layer/layer_content.h"
#include "oci/media_type.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

oci::Descriptor recompress(store::Store& store, const LayerRecord& layer,
                           const oci::Descriptor& from, const LayerOptions& options,
                           std::stop_token stop) {
  const std::string name = from.digest.to_string();
  const auto blob = open_blob_file(store, from.digest);
  if (!blob) throw Error(ErrorKind::corrupt, "read layer", name, "it has gone from the store");
  const auto writer = store.new_blob();
  BlockPipeline pipeline(options.compression, options.level, options.threads, *writer);
  read_tar(*blob, std::move(stop), [&](base::Source& tar) {
    for (auto count = tar.read(pipeline.space()); count > 0; count = tar.read(pipeline.space()))
      pipeline.advance(count);
  });
  const BlockPipeline::Result result = pipeline.finish();
  const std::uint64_t size = writer->size();
  const auto diff_id = oci::DiffId::from_sha256(result.hash);
  if (options.compression != Compression::none && diff_id != layer.diff_id) {
    throw Error(ErrorKind::corrupt, "read layer", name,
                "its content is not the layer " + layer.diff_id.to_string());
  }
  std::optional<oci::Descriptor> expected;
  if (options.compression == Compression::none) {
    expected = oci::Descriptor{"", oci::Digest::parse(layer.diff_id.to_string()), size};
  }
  return {std::string(media_type(options.compression)), writer->commit(expected), size};
}

}  // namespace

bool is_of_form(const oci::Descriptor& blob, Compression compression) {
  const std::string_view type = blob.media_type;
  switch (compression) {
    case Compression::none:
      return type == oci::media_type::kLayerTar || type == oci::media_type::kDockerLayerTar;
    case Compression::gzip:
      return type == oci::media_type::kLayerGzip || type == oci::media_type::kDockerLayerGzip;
    case Compression::zstd: return type == oci::media_type::kLayerZstd;
  }
  return false;
}

void record_layer_index(const store::Store& store, const oci::DiffId& diff_id,
                        const LayerIndex& index) {
  const std::string bytes = serialize(index);
  if (store.read_record("index", diff_id.hex()) != bytes)
    store.write_record("index", diff_id.hex(), bytes);
}

oci::Descriptor ensure_layer_form(store::Store& store, const oci::DiffId& diff_id,
                                  const LayerOptions& options, std::stop_token stop) {
  const auto layer = find_layer(store, diff_id);
  if (!layer)
    throw Error(ErrorKind::not_found, "find layer", diff_id.to_string(),
                "the store has no record of it");
  for (const oci::Descriptor& blob : layer->blobs) {
    if (is_of_form(blob, options.compression) && store.verify_blob(blob.digest)) return blob;
  }
  for (const oci::Descriptor& blob : layer->blobs) {
    if (!store.verify_blob(blob.digest)) continue;
    const oci::Descriptor made = recompress(store, *layer, blob, options, stop);
    record_layer_blob(store, diff_id, made, layer->tar_size);
    return made;
  }
  throw Error(ErrorKind::corrupt, "find layer", diff_id.to_string(),
              "none of its blobs is sound any more");
}

}  // namespace cooper::layer
