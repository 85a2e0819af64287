// Entries in -> tar -> DiffId -> compressor -> blob, in one pass; the index is made on the way.
//
// Deterministic: the same entries and bytes give the same tar, and the same tar gives the same
// compressed bytes for any number of threads. Form: GNU/pax as docker reads it: ustar headers with
// pax records only where needed (long names, big sizes, xattrs as SCHILY.xattr.*, sub-second or
// pre-1970 times); numeric owners, no names. The caller adds entries parents first, in path_less
// order; whiteouts are written as .wh.<name>, opaque as .wh..wh..opq right after their directory.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/sink.h"
#include "base/source.h"
#include "builder/layer/layer_index.h"
#include "builder/layer/secret_scanner.h"
#include "builder/store/store.h"
#include "oci/descriptor.h"

namespace cooper::layer {

enum class Compression { none, gzip, zstd };
// The OCI media type of a layer compressed so.
[[nodiscard]] std::string_view media_type(Compression compression);

struct LayerOptions {
  Compression compression = Compression::gzip;
  int level =
      0;  // 0: the compressor's default; gzip 1 to 3 (ISA-L's), zstd 1 to 19, else Error(usage)
  unsigned threads = 0;                     // 0: all cores
  std::optional<std::int64_t> clamp_mtime;  // SOURCE_DATE_EPOCH: later times become this one
  bool trust_content = false;  // Entry::content, where given, is not checked against the bytes
                               // (saves a hash; the caller vouches)
  // Looked for in the files while they pass; what was found is in the layer's record. nullptr:
  // nothing is.
  std::shared_ptr<const SecretPatterns> secrets = {};
};

struct WrittenLayer {
  oci::DiffId diff_id;
  oci::Descriptor blob;  // media type by compression
  std::uint64_t tar_size = 0;
  LayerIndex index;
};

class LayerWriter {
 public:
  LayerWriter(store::Store& store, const LayerOptions& options);
  ~LayerWriter();
  LayerWriter(const LayerWriter&) = delete;
  LayerWriter& operator=(const LayerWriter&) = delete;

  // `content` gives exactly entry.size bytes for a regular file (nullptr for anything else); fewer
  // or more is an Error ("changed while being read"). entry.content, if set, is checked against the
  // bytes; if not set it is filled in the index.
  void add(Entry entry, base::Source* content);
  // Publishes blob, index and layer record in the store.
  [[nodiscard]] WrittenLayer finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// What a layer was looked through for, and what it holds.
struct LayerScan {
  int version = 0;                 // SecretPatterns::kVersion of then
  std::vector<std::string> marks;  // SecretPatterns::marks, all that ever were
  std::vector<SecretFinding> findings;
  // Whether looking for `patterns` would tell nothing new.
  [[nodiscard]] bool covers(const SecretPatterns& patterns) const;
  bool operator==(const LayerScan&) const = default;
};

// A layer record ties a DiffId to its blobs and index in the store.
struct LayerRecord {
  oci::DiffId diff_id;
  std::vector<oci::Descriptor> blobs;  // one per compression, in order of creation
  std::uint64_t tar_size = 0;
  std::optional<LayerScan> scan = {};  // absent: nobody looked
};
[[nodiscard]] std::optional<LayerRecord> find_layer(const store::Store& store,
                                                    const oci::DiffId& diff_id);
// Adds (or confirms) one blob form of a layer, and what it was looked through for. `tar_size` 0:
// not known.
void record_layer_blob(const store::Store& store, const oci::DiffId& diff_id,
                       const oci::Descriptor& blob, std::uint64_t tar_size,
                       const std::optional<LayerScan>& scan = std::nullopt);
// Adds the scan to the record of the layer, if there is one.
void record_layer_scan(const store::Store& store, const oci::DiffId& diff_id,
                       const LayerScan& scan);
// Reads and parses the index record each time (a few ms for a large layer): keep it. nullptr:
// absent or damaged.
[[nodiscard]] std::shared_ptr<const LayerIndex> find_layer_index(const store::Store& store,
                                                                 const oci::DiffId& diff_id);

}  // namespace cooper::layer
