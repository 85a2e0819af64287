// LayerRecord: records/layers/<DiffId>, a checksum, then {"version": 1, "diffId": .., "tarSize":
// .., "blobs":
// [{mediaType, digest, size}]}.
#include <algorithm>

#include "base/error.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/checked_text.h"
#include "oci/strict_json.h"

namespace cooper::layer {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMaxBlobs = 64;

LayerRecord parse_record(const std::string& text, const oci::DiffId& diff_id) {
  const std::string what = "layer record " + diff_id.hex();
  const auto body = store::checked_body_or_old(text, "{");
  if (!body) throw base::Error(base::ErrorKind::corrupt, "read", what, "its checksum is another");
  const nlohmann::json document = oci::parse_strict_json(*body, what);
  const oci::JsonObject root(document, what);
  if (root.integer("version") != kVersion) root.fail("version", "is not known");
  if (root.required_string("diffId") != diff_id.to_string())
    root.fail("diffId", "is another layer's");
  LayerRecord record{diff_id, {}, root.required_size("tarSize")};
  for (const oci::JsonObject& blob : root.objects("blobs", kMaxBlobs)) {
    record.blobs.push_back({blob.required_string("mediaType"),
                            oci::Digest::parse(blob.required_string("digest")),
                            blob.required_size("size")});
  }
  return record;
}

std::string to_text(const LayerRecord& record) {
  nlohmann::ordered_json document;
  document["version"] = kVersion;
  document["diffId"] = record.diff_id.to_string();
  document["tarSize"] = record.tar_size;
  document["blobs"] = nlohmann::ordered_json::array();
  for (const oci::Descriptor& blob : record.blobs) {
    document["blobs"].push_back(
        {{"mediaType", blob.media_type}, {"digest", blob.digest.to_string()}, {"size", blob.size}});
  }
  return store::with_checksum(oci::dump_json(document));
}

}  // namespace

std::optional<LayerRecord> find_layer(const store::Store& store, const oci::DiffId& diff_id) {
  const auto text = store.read_record("layers", diff_id.hex());
  if (!text) return std::nullopt;
  try {
    return parse_record(*text, diff_id);
  } catch (const base::Error& error) {
    if (error.kind() != base::ErrorKind::corrupt && error.kind() != base::ErrorKind::limit) throw;
    return std::nullopt;  // a damaged record counts as absent
  }
}

void record_layer_blob(const store::Store& store, const oci::DiffId& diff_id,
                       const oci::Descriptor& blob, std::uint64_t tar_size) {
  // Two that add a form at a time would lose one.
  const store::Lock guard = store.lock("layer", diff_id.hex(), {});
  LayerRecord record = find_layer(store, diff_id).value_or(LayerRecord{diff_id, {}, tar_size});
  const oci::Descriptor plain{blob.media_type, blob.digest, blob.size};
  if (std::find(record.blobs.begin(), record.blobs.end(), plain) != record.blobs.end()) return;
  // The newest replaces another blob of its digest, and the oldest goes when there are very many.
  std::erase_if(record.blobs,
                [&](const oci::Descriptor& other) { return other.digest == plain.digest; });
  if (record.blobs.size() >= kMaxBlobs) record.blobs.erase(record.blobs.begin());
  record.blobs.push_back(plain);
  if (tar_size != 0) record.tar_size = tar_size;
  store.write_record("layers", diff_id.hex(), to_text(record));
}

}  // namespace cooper::layer
