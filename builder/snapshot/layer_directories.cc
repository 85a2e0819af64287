#include "builder/snapshot/layer_directories.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "base/copy_tree.h"
#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/sink.h"
#include "base/source.h"
#include "base/trace.h"
#include "builder/layer/layer_delta.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/checked_text.h"

namespace cooper::snapshot {
namespace {

constexpr const char* kFiles = "fs";
constexpr const char* kOwn = ".own";
constexpr const char* kOn = ".on";
constexpr const char* kDelta = ".delta";
constexpr const char* kTree = ".tree";
constexpr const char* kLayers = "layers";
constexpr const char* kMade = "snapshot";  // the name while it is made
constexpr const char* kLines = "lines";    // records: line -> the layer that was unpacked whole
constexpr int kReadOnly = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
// A COPY that no step follows should not write much twice.
constexpr std::uint64_t kMostAtOnce = std::uint64_t{16} << 20;
constexpr std::uint64_t kMaxRemovedBytes = std::uint64_t{64} << 20;

std::string prefix_of(Flavor flavor) {
  switch (flavor) {
    case Flavor::overlay: return "snapshots-";
    case Flavor::overlay_userxattr: return "user-snapshots-";
    case Flavor::plain: break;
  }
  return "plain-snapshots-";
}

std::string tree_name(std::span<const oci::DiffId> layers) {
  return oci::chain_id(layers)->hex() + kTree;
}

std::function<std::optional<layer::Entry>(const std::string&)> finder(
    const layer::LayerStack& stack) {
  return [&stack](const std::string& path) -> std::optional<layer::Entry> {
    const auto found = stack.find(path);
    if (!found) return std::nullopt;
    return *found->entry;
  };
}

}  // namespace

// A directory that will become a snapshot.
struct LayerDirectories::Making {
  explicit Making(const store::Store& store)
      : temp(store.new_temp_directory()),
        snapshot(child(temp.fd(), kMade, 0700)),
        files(child(snapshot.get(), kFiles, 0755)) {}

  static base::Fd child(int parent, const char* name, mode_t mode) {
    if (::mkdirat(parent, name, mode) != 0) base::throw_errno("create directory", name);
    return base::open_at(parent, name, O_RDONLY | O_DIRECTORY);
  }
  void write(const char* name, std::string_view text) const {
    const base::Fd file = base::open_at(snapshot.get(), name, O_WRONLY | O_CREAT | O_EXCL, 0600);
    base::write_all(file.get(), std::as_bytes(std::span(text)), name);
  }

  store::TempDirectory temp;
  base::Fd snapshot, files;
};

LayerDirectories::LayerDirectories(store::Store& store, Flavor flavor, Tell tell)
    : store_(store), flavor_(flavor), tell_(std::move(tell)) {
  // The two forms of whiteouts and of file owners do not mix, so each has its own directories.
  // Snapshots are not flushed to the disk, so those of another boot may be damaged: they are made
  // anew from their blobs.
  const std::string prefix = prefix_of(flavor);
  const std::string name = prefix + store.boot();
  store.remove_directories(prefix, name);
  directory_ = store.directory(name);
  path_ = store.path() + "/cooper/" + name;
}

layer::TreeForm LayerDirectories::form() const {
  switch (flavor_) {
    case Flavor::overlay: return layer::TreeForm::overlay;
    case Flavor::overlay_userxattr: return layer::TreeForm::overlay_userxattr;
    case Flavor::plain: break;
  }
  return layer::TreeForm::plain;
}

std::string LayerDirectories::path_of(const std::string& name) const {
  return path_ + "/" + name + "/" + kFiles;
}

bool LayerDirectories::has(const std::string& name) const {
  store_.hold("snapshots", name);
  return base::try_stat_at(directory_.get(), name + "/" + kFiles).has_value();
}

void LayerDirectories::publish(int from, const char* made, const std::string& name) const {
  store_.hold("snapshots", name);
  if (::renameat(from, made, directory_.get(), name.c_str()) == 0) return;
  if (errno != EEXIST && errno != ENOTEMPTY) base::throw_errno("store snapshot", name);
}

void LayerDirectories::adopt(int from, const char* made, const oci::DiffId& layer) const {
  publish(from, made, layer.hex());
}

void LayerDirectories::adopt_tree(int from, const char* made,
                                  std::span<const oci::DiffId> layers) const {
  std::string names;  // the check of a store needs them: a ChainId does not tell
  for (const oci::DiffId& layer : layers) names += layer.to_string() + '\n';
  const base::Fd file =
      base::open_at(from, std::string(made) + '/' + kLayers, O_WRONLY | O_CREAT | O_EXCL, 0600);
  base::write_all(file.get(), std::as_bytes(std::span(names)), kLayers);
  publish(from, made, tree_name(layers));
}

layer::ReadLayer LayerDirectories::read(const oci::DiffId& layer, const BlobNeeded& blob,
                                        const base::Fd& files, std::stop_token stop,
                                        layer::ReadOptions options) const {
  options.tell = tell_;
  const oci::Descriptor descriptor = blob(layer);
  const base::Span span("unpack", layer.to_string());
  layer::ReadLayer read =
      layer::read_layer(store_, descriptor, layer, files.get(), form(), std::move(stop), options);
  if (!layer::find_layer_index(store_, layer)) {  // spares a second reading of the blob
    layer::record_layer_blob(store_, layer, descriptor, read.tar_size);
    layer::record_layer_index(store_, layer, read.index);
  }
  return read;
}

layer::LayerStack LayerDirectories::indexes(std::span<const oci::DiffId> layers,
                                            const BlobNeeded& blob, std::stop_token stop) const {
  std::vector<std::shared_ptr<const layer::LayerIndex>> indexes;
  for (const oci::DiffId& layer : layers) {
    auto index = layer::find_layer_index(store_, layer);
    if (!index) {
      index =
          std::make_shared<const layer::LayerIndex>(read(layer, blob, base::Fd(), stop, {}).index);
    }
    indexes.push_back(std::move(index));
  }
  return layer::LayerStack(std::move(indexes));
}

// --- lines

void LayerDirectories::set_line(const oci::DiffId& layer, const std::string& line) {
  const std::lock_guard guard(mutex_);
  lines_.insert_or_assign(layer, base::sha256_hex(line));
}

std::optional<std::string> LayerDirectories::line_of(const oci::DiffId& layer) const {
  const std::lock_guard guard(mutex_);
  const auto found = lines_.find(layer);
  if (found == lines_.end()) return std::nullopt;
  return found->second;
}

// --- making directories

std::string LayerDirectories::prepare(const oci::DiffId& layer, const BlobNeeded& blob,
                                      std::stop_token stop) {
  const store::Lock lock = store_.lock("snapshot", layer.hex(), stop);
  for (const std::string& name : {layer.hex(), layer.hex() + kOwn}) {
    if (has(name)) return name;
  }
  if (flavor_ != Flavor::plain) {
    if (auto delta = try_unpack_delta(layer, blob, stop)) return *delta;
  }
  return unpack(layer, blob, std::move(stop));
}

std::string LayerDirectories::unpack(const oci::DiffId& layer, const BlobNeeded& blob,
                                     std::stop_token stop) {
  const Making making(store_);
  layer::ReadOptions options;
  options.own_only = true;
  const layer::LowerNeeds needs =
      layer::lower_needs(read(layer, blob, making.files, std::move(stop), options).index);
  const std::string name = layer.hex() + (needs.parents || needs.links ? kOwn : "");
  publish(making.temp.fd(), kMade, name);
  if (const auto line = line_of(layer))
    store_.write_record(kLines, *line, store::with_checksum(layer.to_string()));
  return name;
}

std::string LayerDirectories::unpack_on(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                        std::stop_token stop) {
  const std::string name = oci::chain_id(layers)->hex() + kOn;
  const store::Lock lock = store_.lock("snapshot", name, stop);
  if (has(name)) return name;
  const layer::LayerStack lower = indexes(layers.first(layers.size() - 1), blob, stop);
  layer::ReadOptions options;
  options.find_lower = finder(lower);
  options.open_lower = [&](const std::string& path) {
    const auto found = lower.find(path);
    return open_file(layers[found->layer], found->entry->path, blob, stop);
  };
  const Making making(store_);
  static_cast<void>(read(layers.back(), blob, making.files, stop, options));
  publish(making.temp.fd(), kMade, name);
  return name;
}

// The longest part of the stack that is there already, copied, and the other layers put on top.
std::string LayerDirectories::make_tree(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                                        std::stop_token stop) {
  std::string name = tree_name(layers);
  const store::Lock lock = store_.lock("snapshot", name, stop);
  if (has(name)) return name;
  const Making making(store_);
  std::size_t done = layers.size() - 1;
  while (done > 0 && !has(tree_name(layers.first(done)))) --done;
  if (done > 0) {
    const std::string path = path_of(tree_name(layers.first(done)));
    base::copy_directory(base::open_host_directory(path).get(), making.files.get());
  }
  for (; done < layers.size(); ++done) {
    const layer::LayerStack lower = indexes(layers.first(done), blob, stop);
    layer::ReadOptions options;
    options.find_lower = finder(lower);
    options.open_lower = [&](const std::string& path) {
      const auto found = lower.find(path);
      return base::open_in_root(making.files.get(), found->entry->path, kReadOnly);
    };
    static_cast<void>(read(layers[done], blob, making.files, stop, options));
  }
  adopt_tree(making.temp.fd(), kMade, layers);
  return name;
}

std::optional<LayerDirectories::Plan> LayerDirectories::plan_delta(
    const std::string& line, const layer::LayerIndex& after) const {
  const auto record = store_.read_record(kLines, line);
  const auto text = record ? store::checked_body_or_old(*record, "sha256:") : std::nullopt;
  const auto base = text ? oci::DiffId::try_parse(*text) : std::nullopt;
  if (!base || !has(base->hex())) return std::nullopt;
  const auto before = layer::find_layer_index(store_, *base);
  auto delta = before ? layer::make_delta(*before, after) : std::nullopt;
  if (!delta) return std::nullopt;
  return Plan{*base, std::move(*delta)};
}

void LayerDirectories::publish_delta(const Making& making, const oci::DiffId& layer,
                                     const Plan& plan) const {
  const std::string name = layer.hex() + kDelta;
  making.write("base", plan.base.hex());
  std::string removed;
  for (const std::string& path : plan.delta.removed) removed += path + '\0';
  making.write("removed", removed);
  if (has(name)) base::remove_tree_at(directory_.get(), name);  // its base is gone
  publish(making.temp.fd(), kMade, name);
}

std::optional<std::string> LayerDirectories::try_unpack_delta(const oci::DiffId& layer,
                                                              const BlobNeeded& blob,
                                                              std::stop_token stop) {
  if (delta_base(layer)) return layer.hex() + kDelta;
  const auto line = line_of(layer);
  const auto after = line ? layer::find_layer_index(store_, layer) : nullptr;
  const auto plan = after ? plan_delta(*line, *after) : std::nullopt;
  if (!plan) return std::nullopt;
  const Making making(store_);
  layer::ReadOptions options;
  options.delta = &plan->delta;
  static_cast<void>(read(layer, blob, making.files, std::move(stop), options));
  publish_delta(making, layer, *plan);
  return layer.hex() + kDelta;
}

void LayerDirectories::add_made(const oci::DiffId& layer, const layer::LayerIndex& index,
                                const std::string& line, const layer::ContentOf& content,
                                std::stop_token stop) {
  if (flavor_ == Flavor::plain) return;
  const store::Lock lock = store_.lock("snapshot", layer.hex(), std::move(stop));
  if (has(layer.hex()) || has(layer.hex() + kOwn) || delta_base(layer)) return;
  const auto plan = plan_delta(base::sha256_hex(line), index);
  if (!plan) return;
  std::uint64_t bytes = 0;
  for (const std::string& path : plan->delta.written) bytes += index.find(path)->size;
  if (bytes > kMostAtOnce) return;
  const Making making(store_);
  if (layer::write_delta(index, plan->delta, content, making.files.get(), form()))
    publish_delta(making, layer, *plan);
}

std::optional<std::string> LayerDirectories::delta_base(const oci::DiffId& layer) const {
  const std::string name = layer.hex() + kDelta;
  if (!has(name)) return std::nullopt;
  base::FdSource file(base::open_at(directory_.get(), name + "/base", O_RDONLY), name);
  std::string base = base::read_all(file, 64, name);
  if (!has(base)) return std::nullopt;
  return base;
}

// Whiteouts of a delta are meant for the directory it lies over, but hide what lower layers have
// too.
bool LayerDirectories::hides_lower(const oci::DiffId& layer, std::span<const oci::DiffId> below,
                                   const BlobNeeded& blob, std::stop_token stop) const {
  const std::string name = layer.hex() + kDelta;
  base::FdSource file(base::open_at(directory_.get(), name + "/removed", O_RDONLY), name);
  const std::string removed = base::read_all(file, kMaxRemovedBytes, name);
  if (removed.empty()) return false;
  const layer::LayerStack lower = indexes(below, blob, std::move(stop));
  for (std::size_t begin = 0; begin < removed.size();) {
    const std::size_t end = removed.find('\0', begin);
    if (lower.find(std::string_view(removed).substr(begin, end - begin))) return true;
    begin = end + 1;
  }
  return false;
}

bool LayerDirectories::is_whole_alone(const oci::DiffId& layer) const {
  const auto index = layer::find_layer_index(store_, layer);
  return index && !layer::lower_needs(*index).links;
}

// --- using them

base::Fd LayerDirectories::open_file(const oci::DiffId& layer, const std::string& path,
                                     const BlobNeeded& blob, std::stop_token stop) {
  std::string name = layer.hex();
  if (!has(name)) name = prepare(layer, blob, stop);
  if (name.ends_with(kDelta)) {
    const base::Fd changed = base::open_host_directory(path_of(name));
    if (auto file = base::try_open_in_root(changed.get(), path, kReadOnly)) return std::move(*file);
    name = delta_base(layer).value();
  }
  const base::Fd root = base::open_host_directory(path_of(name));
  return base::open_in_root(root.get(), path, kReadOnly);
}

std::vector<std::string> LayerDirectories::stack(std::span<const oci::DiffId> layers,
                                                 const BlobNeeded& blob, std::stop_token stop) {
  if (flavor_ == Flavor::plain) {
    if (layers.empty()) return {};
    return {path_of(make_tree(layers, blob, std::move(stop)))};
  }
  std::vector<std::future<std::string>> preparing;
  for (const oci::DiffId& layer : layers) {
    const bool ready = has(layer.hex());
    preparing.push_back(std::async(ready ? std::launch::deferred : std::launch::async, [=, this] {
      return ready ? layer.hex() : prepare(layer, blob, stop);
    }));
  }
  for (const auto& one : preparing) one.wait();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const oci::DiffId& layer = layers[i];
    std::string name = preparing[i].get();  // throws the first failure
    if (name.ends_with(kOwn) && (i > 0 || !is_whole_alone(layer))) {
      name = unpack_on(layers.first(i + 1), blob, stop);
    } else if (name.ends_with(kDelta)) {
      if (hides_lower(layer, layers.first(i), blob, stop)) {
        const store::Lock lock = store_.lock("snapshot", layer.hex(), stop);
        name = has(layer.hex()) ? layer.hex() : unpack(layer, blob, stop);
      } else {
        paths.push_back(path_of(delta_base(layer).value()));
      }
    }
    paths.push_back(path_of(name));
  }
  return paths;
}

}  // namespace cooper::snapshot
