#include "builder/layer/layer_reader.h"

#include <utility>

#include "base/error.h"
#include "base/sha256.h"
#include "base/sink.h"
#include "builder/layer/decompressor.h"
#include "builder/layer/layer_bytes.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/layer_member.h"
#include "builder/layer/layer_process.h"
#include "builder/layer/layer_tree.h"
#include "builder/layer/read_ahead.h"
#include "builder/layer/tar_hash.h"
#include "builder/layer/tar_reader.h"
#include "builder/layer/tree_writer.h"

namespace cooper::layer {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kWorthAThread = std::uint64_t{256} << 10;

// The members of one tar -> tree, and files if there is a writer.
class Unpacker {
 public:
  Unpacker(std::string layer, int directory, TreeForm form, bool hash_content,
           const ReadOptions& options, Oddities& oddities)
      : layer_(std::move(layer)),
        options_(options),
        oddities_(oddities),
        hash_content_(hash_content),
        tree_(options.limits, layer_, [this](const std::string& path) {
          if (writer_) writer_->remove(path);
        }) {
    if (directory >= 0) writer_.emplace(directory, form, oddities);
  }

  void unpack(TarReader& tar);
  [[nodiscard]] LayerIndex take_index() { return tree_.take_index(); }

 private:
  void add(LayerMember member, TarReader& tar);
  void add_file(Entry entry, TarReader& tar);
  void add_hardlink(Entry entry);
  void copy_lower(const Entry& entry);
  void finish();
  [[nodiscard]] bool is_written(const std::string& path) const {
    return writer_ && (options_.delta == nullptr || options_.delta->written.contains(path));
  }
  [[nodiscard]] bool lower_has(const std::string& path) const;
  [[nodiscard]] Entry implied(const std::string& path) const;

  std::string layer_;
  const ReadOptions& options_;
  Oddities& oddities_;
  bool hash_content_;
  base::Sha256 hash_;
  std::optional<TreeWriter> writer_;
  LayerTree tree_;
};

bool Unpacker::lower_has(const std::string& path) const {
  if (options_.own_only || (!options_.find_lower && !writer_))
    return true;  // the stack finds it, or says that it is not there
  if (!options_.find_lower || (writer_ && !options_.open_lower)) {
    throw Error(ErrorKind::unsupported, "unpack layer", layer_,
                "it has a hard link to '" + path + "', which is not in this layer");
  }
  const auto found = options_.find_lower(path);
  return found && found->type == EntryType::file;
}

Entry Unpacker::implied(const std::string& path) const {
  Entry entry;
  entry.mode = 0755;
  if (options_.find_lower) {
    auto lower = options_.find_lower(path);
    if (lower && lower->type == EntryType::directory) entry = std::move(*lower);
  }
  entry.opaque = false;
  entry.type = EntryType::directory;
  entry.path = path;
  return entry;
}

void Unpacker::copy_lower(const Entry& entry) {
  Entry copy = options_.find_lower(entry.link).value();
  copy.path = entry.path;
  base::FdSource content(options_.open_lower(entry.link), entry.link);
  std::vector<std::byte> buffer(std::size_t{64} << 10);
  writer_->create_file(copy);
  for (std::size_t count = content.read(buffer); count > 0; count = content.read(buffer)) {
    writer_->write_content(std::span(buffer).first(count));
  }
  writer_->close_file(copy);
}

void Unpacker::add_hardlink(Entry entry) {
  const Entry& placed = tree_.put_hardlink(
      std::move(entry), [this](const std::string& path) { return lower_has(path); });
  if (!writer_) return;
  if (placed.type == EntryType::symlink) {
    writer_->make_symlink(placed);
  } else if (placed.type != EntryType::hardlink) {
    writer_->make_special(placed);
  } else if (tree_.nodes().count(placed.link) > 0) {
    writer_->make_hardlink(placed);
  } else if (!options_.own_only) {
    copy_lower(placed);
  }
}

void Unpacker::add_file(Entry entry, TarReader& tar) {
  const Entry& placed = tree_.put(std::move(entry));
  const bool written = is_written(placed.path);
  if (written) writer_->create_file(placed);
  for (auto bytes = tar.data(); !bytes.empty(); bytes = tar.data()) {
    if (hash_content_) hash_.update(bytes);
    if (written) writer_->write_content(bytes);
  }
  if (written) writer_->close_file(placed);
  if (hash_content_) tree_.set_content(placed.path, hash_.finish());
}

void Unpacker::add(LayerMember member, TarReader& tar) {
  Entry& entry = member.entry;
  if (member.kind == LayerMember::Kind::ignored) return;
  if (member.kind == LayerMember::Kind::whiteout) {
    const Entry* hiding = tree_.put_whiteout(std::move(entry));
    if (hiding != nullptr && writer_) writer_->hide(*hiding, tree_.nodes());
    return;
  }
  if (member.kind == LayerMember::Kind::opaque) {
    const Entry& hiding = tree_.put_opaque(entry);
    if (writer_) writer_->hide(hiding, tree_.nodes());
    return;
  }
  switch (entry.type) {
    case EntryType::file: add_file(std::move(entry), tar); return;
    case EntryType::hardlink: add_hardlink(std::move(entry)); return;
    default: break;
  }
  const Entry& placed = tree_.put(std::move(entry));
  if (!is_written(placed.path)) return;
  if (placed.type == EntryType::directory) {
    writer_->make_directory(placed);
    if (placed.opaque) writer_->hide(placed, tree_.nodes());
  } else if (placed.type == EntryType::symlink) {
    writer_->make_symlink(placed);
  } else {
    writer_->make_special(placed);
  }
}

void Unpacker::unpack(TarReader& tar) {
  while (const TarMember* member = tar.next()) {
    add(to_layer_member(*member, options_.limits, layer_, oddities_), tar);
  }
  tar.drain();
  if (!tar.has_end_marker()) oddities_.add("", "the tar has no end marker");
  if (writer_) finish();
}

void Unpacker::finish() {
  if (options_.delta != nullptr) {
    for (const std::string& path : options_.delta->removed) {
      Entry whiteout;
      whiteout.path = path;
      whiteout.type = EntryType::whiteout;
      writer_->hide(whiteout, tree_.nodes());
    }
  }
  writer_->finish(
      tree_.nodes(), [this](const std::string& path) { return is_written(path); },
      [this](const std::string& path) { return implied(path); });
}

}  // namespace

ReadLayer unpack_layer(const LayerBytes& layer, int directory, TreeForm form, std::stop_token stop,
                       const ReadOptions& options) {
  const auto plain = make_decompressor(layer.blob, options.limits, layer.name, std::move(stop));
  check_media_type(layer.media_type, plain->compression(), layer.name);
  TarHash hashed(*plain);
  Oddities oddities;
  LayerIndex index;
  {
    std::optional<ReadAhead> ahead;
    if (layer.size > kWorthAThread) ahead.emplace(hashed);
    TarReader tar(ahead ? static_cast<base::Source&>(*ahead) : hashed, options.limits, layer.name);
    Unpacker unpacker(layer.name, directory, form, layer.want_index, options, oddities);
    unpacker.unpack(tar);
    if (layer.want_index) index = unpacker.take_index();
  }
  const oci::DiffId diff_id = hashed.diff_id();
  if (layer.expected && diff_id != *layer.expected) {
    throw Error(ErrorKind::corrupt, "read layer", layer.name,
                "its content has the DiffId " + diff_id.to_string() + ", not " +
                    layer.expected->to_string());
  }
  return ReadLayer{diff_id, hashed.size(), std::move(index), plain->compression(),
                   std::move(oddities)};
}

ReadLayer read_layer(const store::Store& store, const oci::Descriptor& descriptor,
                     const std::optional<oci::DiffId>& expected, int directory, TreeForm form,
                     std::stop_token stop, const ReadOptions& options) {
  const std::string name = descriptor.digest.to_string();
  const std::uint64_t size = store.blob_size(descriptor.digest).value_or(descriptor.size);
  if (size != descriptor.size) {
    throw Error(ErrorKind::corrupt, "read layer", name,
                "it has " + std::to_string(size) + " bytes, its descriptor says " +
                    std::to_string(descriptor.size));
  }
  // An index made before from the same tar has the digests of the files already.
  const auto known = directory >= 0 && expected ? find_layer_index(store, *expected) : nullptr;
  const auto read = [&] {
    if (reads_layers_apart()) {
      const LayerTask task{descriptor, expected, form, known == nullptr};
      return read_layer_apart(store, task, directory, stop, options);
    }
    const auto blob = store.open_blob(descriptor.digest);
    if (!blob) throw Error(ErrorKind::not_found, "read layer", name, "the store does not have it");
    return unpack_layer({*blob, size, name, descriptor.media_type, expected, known == nullptr},
                        directory, form, stop, options);
  };
  ReadLayer layer = read();
  if (known) layer.index = *known;
  if (options.tell) {
    for (const std::string& line : layer.oddities.lines(layer.diff_id.to_string()))
      options.tell(line);
  }
  return layer;
}

}  // namespace cooper::layer
