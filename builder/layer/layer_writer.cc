#include "builder/layer/layer_writer.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/sha256.h"
#include "builder/layer/block_pipeline.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/tar_header.h"
#include "oci/media_type.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kPiece = std::size_t{256}
                               << 10;  // read and hashed while it is in the CPU's cache

[[noreturn]] void changed_while_read(const Entry& entry, const std::string& what) {
  throw Error(ErrorKind::failure, "write layer entry", entry.path,
              "it changed while being read: " + what)
      .with_hint("build again when nothing writes to it");
}

}  // namespace

std::string_view media_type(Compression compression) {
  switch (compression) {
    case Compression::none: return oci::media_type::kLayerTar;
    case Compression::gzip: return oci::media_type::kLayerGzip;
    case Compression::zstd: return oci::media_type::kLayerZstd;
  }
  return {};
}

struct LayerWriter::State {
  State(store::Store& store_, const LayerOptions& options_)
      : store(store_),
        options(options_),
        blob(store_.new_blob()),
        scanner(options_.secrets),
        pipeline(options_.compression, options_.level, options_.threads, *blob) {}

  void clamp(Entry& entry) const;
  void check(const Entry& entry) const;
  void copy_content(Entry& entry, base::Source& content);

  store::Store& store;
  LayerOptions options;
  std::unique_ptr<store::BlobWriter> blob;
  SecretScanner scanner;
  BlockPipeline pipeline;
  base::Sha256 hash;
  std::string header;
  std::vector<Entry> entries;
};

void LayerWriter::State::clamp(Entry& entry) const {
  entry.mtime_nanoseconds = 0;
  if (options.clamp_mtime) entry.mtime = std::min(entry.mtime, *options.clamp_mtime);
}

void LayerWriter::State::check(const Entry& entry) const {
  if (!entries.empty() && !path_less(entries.back().path, entry.path)) {
    throw Error(ErrorKind::failure, "write layer entry", entry.path,
                "it comes after '" + entries.back().path + "'");
  }
  if (entry.type != EntryType::file && entry.size != 0) {
    throw Error(ErrorKind::failure, "write layer entry", entry.path,
                "only a regular file has bytes");
  }
  if (entry.path.empty() && entry.type != EntryType::directory) {
    throw Error(ErrorKind::failure, "write layer entry", "/", "the root can only be a directory");
  }
}

void LayerWriter::State::copy_content(Entry& entry, base::Source& content) {
  const bool hashed = !entry.content || !options.trust_content;
  scanner.begin(entry.path);
  for (std::uint64_t left = entry.size; left > 0;) {
    const auto room = pipeline.space();
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>({room.size(), left, kPiece}));
    const std::size_t count = content.read(room.first(most));
    if (count == 0) {
      changed_while_read(
          entry, std::to_string(left) + " of " + std::to_string(entry.size) + " bytes are missing");
    }
    scanner.feed(room.first(count));
    if (hashed) hash.update(room.first(count));
    pipeline.advance(count);
    left -= count;
  }
  scanner.end();
  std::array<std::byte, 1> more{};
  if (content.read(more) != 0)
    changed_while_read(entry, "it has more than " + std::to_string(entry.size) + " bytes");
  static constexpr std::array<std::byte, kTarBlock> kZeros{};
  pipeline.write(std::span(kZeros).first(tar_padding(entry.size)));
  if (!hashed) return;
  const base::Sha256Bytes digest = hash.finish();
  if (entry.content && *entry.content != digest)
    changed_while_read(entry, "its bytes have another digest");
  entry.content = digest;
}

LayerWriter::LayerWriter(store::Store& store, const LayerOptions& options)
    : state_(std::make_unique<State>(store, options)) {}

LayerWriter::~LayerWriter() = default;

void LayerWriter::add(Entry entry, base::Source* content) {
  state_->clamp(entry);
  state_->check(entry);
  state_->header.clear();
  append_tar_header(state_->header, entry);
  state_->pipeline.write(base::as_bytes(state_->header));
  if (entry.type == EntryType::file) {
    base::StringSource nothing{std::string_view()};
    state_->copy_content(entry, content != nullptr ? *content : nothing);
  }
  state_->entries.push_back(std::move(entry));
}

WrittenLayer LayerWriter::finish() {
  static constexpr std::array<std::byte, 2 * kTarBlock> kEnd{};
  state_->pipeline.write(kEnd);
  const BlockPipeline::Result tar = state_->pipeline.finish();
  const std::uint64_t blob_size = state_->blob->size();
  const oci::Digest digest = state_->blob->commit();
  const Compression compression = state_->options.compression;
  const auto diff_id = compression == Compression::none ? oci::DiffId::parse(digest.to_string())
                                                        : oci::DiffId::from_sha256(tar.hash);
  WrittenLayer written{diff_id,
                       {std::string(media_type(compression)), digest, blob_size},
                       tar.tar_size,
                       LayerIndex(std::move(state_->entries))};
  record_layer_index(state_->store, diff_id, written.index);
  std::optional<LayerScan> scan;
  if (const auto& secrets = state_->options.secrets)
    scan = LayerScan{SecretPatterns::kVersion, secrets->marks(), state_->scanner.findings()};
  record_layer_blob(state_->store, diff_id, written.blob, written.tar_size, scan);
  return written;
}

std::shared_ptr<const LayerIndex> find_layer_index(const store::Store& store,
                                                   const oci::DiffId& diff_id) {
  const auto bytes = store.read_record("index", diff_id.hex());
  if (!bytes) return nullptr;
  try {
    return std::make_shared<const LayerIndex>(parse_layer_index(*bytes));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return nullptr;  // a damaged record counts as absent
  }
}

}  // namespace cooper::layer
