// LayerRecord: records/layers/<DiffId>, a checksum, then {"version": 1, "diffId": .., "tarSize":
// .., "blobs": [{mediaType, digest, size}], "scan": {version, marks, findings: [{path, what}]}}.
// The scan may be missing. A path is any bytes: byte N is written as the code point N.
#include <algorithm>

#include "base/error.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/checked_text.h"
#include "oci/strict_json.h"

namespace cooper::layer {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMaxBlobs = 64;
constexpr std::size_t kMaxMarks = 1000;

std::string to_code_points(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0U | byte >> 6U);
      text += static_cast<char>(0x80U | (byte & 0x3FU));
    }
  }
  return text;
}

std::string from_code_points(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80 || i + 1 == text.size()) {
      bytes += text[i];
      continue;
    }
    const auto next = static_cast<unsigned char>(text[++i]);
    bytes += static_cast<char>((lead & 0x03U) << 6U | (next & 0x3FU));
  }
  return bytes;
}

LayerScan parse_scan(const oci::JsonObject& object) {
  LayerScan scan{static_cast<int>(object.integer("version")), object.strings("marks"), {}};
  for (const oci::JsonObject& one : object.objects("findings", SecretScanner::kMaxFindings * 4))
    scan.findings.push_back(
        {from_code_points(one.required_string("path")), one.required_string("what")});
  return scan;
}

// Findings stay: the bytes of a layer never change.
LayerScan merged(LayerScan scan, const LayerScan& other) {
  if (other.version > scan.version) scan.marks.clear();
  if (other.version >= scan.version) {
    scan.version = other.version;
    scan.marks.insert(scan.marks.end(), other.marks.begin(), other.marks.end());
  }
  std::sort(scan.marks.begin(), scan.marks.end());
  scan.marks.erase(std::unique(scan.marks.begin(), scan.marks.end()), scan.marks.end());
  if (scan.marks.size() > kMaxMarks) scan.marks.clear();
  for (const SecretFinding& one : other.findings) {
    if (std::find(scan.findings.begin(), scan.findings.end(), one) == scan.findings.end() &&
        scan.findings.size() < SecretScanner::kMaxFindings * 4)
      scan.findings.push_back(one);
  }
  return scan;
}

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
  if (const auto scan = root.object("scan")) record.scan = parse_scan(*scan);
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
  if (record.scan) {
    auto findings = nlohmann::ordered_json::array();
    for (const SecretFinding& one : record.scan->findings)
      findings.push_back({{"path", to_code_points(one.path)}, {"what", one.what}});
    document["scan"] = {{"version", record.scan->version},
                        {"marks", record.scan->marks},
                        {"findings", std::move(findings)}};
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

bool LayerScan::covers(const SecretPatterns& patterns) const {
  return version == SecretPatterns::kVersion &&
         std::includes(marks.begin(), marks.end(), patterns.marks().begin(),
                       patterns.marks().end());
}

void record_layer_scan(const store::Store& store, const oci::DiffId& diff_id,
                       const LayerScan& scan) {
  const store::Lock guard = store.lock("layer", diff_id.hex(), {});
  auto record = find_layer(store, diff_id);
  if (!record) return;
  record->scan = merged(record->scan.value_or(LayerScan{}), scan);
  store.write_record("layers", diff_id.hex(), to_text(*record));
}

void record_layer_blob(const store::Store& store, const oci::DiffId& diff_id,
                       const oci::Descriptor& blob, std::uint64_t tar_size,
                       const std::optional<LayerScan>& scan) {
  // Two that add a form at a time would lose one.
  const store::Lock guard = store.lock("layer", diff_id.hex(), {});
  LayerRecord record = find_layer(store, diff_id).value_or(LayerRecord{diff_id, {}, tar_size, {}});
  const oci::Descriptor plain{blob.media_type, blob.digest, blob.size};
  const bool known =
      std::find(record.blobs.begin(), record.blobs.end(), plain) != record.blobs.end();
  const std::optional<LayerScan> before = record.scan;
  if (scan) record.scan = merged(record.scan.value_or(LayerScan{}), *scan);
  if (known && record.scan == before) return;
  // The newest replaces another blob of its digest, and the oldest goes when there are very many.
  std::erase_if(record.blobs,
                [&](const oci::Descriptor& other) { return other.digest == plain.digest; });
  if (record.blobs.size() >= kMaxBlobs) record.blobs.erase(record.blobs.begin());
  record.blobs.push_back(plain);
  if (tar_size != 0) record.tar_size = tar_size;
  store.write_record("layers", diff_id.hex(), to_text(record));
}

}  // namespace cooper::layer
