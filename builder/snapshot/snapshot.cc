#include "builder/snapshot/snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <future>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_forms.h"
#include "builder/layer/layer_writer.h"
#include "builder/snapshot/tree_times.h"

namespace cooper::snapshot {
namespace {

constexpr const char* kFiles = "fs";
constexpr const char* kOwn = ".own";
constexpr const char* kOn = ".on";

layer::TreeForm form_of(Flavor flavor) {
  return flavor == Flavor::overlay ? layer::TreeForm::overlay : layer::TreeForm::overlay_userxattr;
}

base::Fd make_child(int parent, const char* name, mode_t mode) {
  if (::mkdirat(parent, name, mode) != 0) base::throw_errno("create directory", name);
  return base::open_at(parent, name, O_RDONLY | O_DIRECTORY);
}

}  // namespace

struct Snapshots::State {
  store::Store* store = nullptr;
  Flavor flavor = Flavor::overlay;
  base::Fd directory;
  std::string path;

  [[nodiscard]] std::string path_of(const std::string& snapshot) const {
    return path + "/" + snapshot + "/" + kFiles;
  }
  [[nodiscard]] bool has(const std::string& snapshot) const {
    return base::try_stat_at(directory.get(), snapshot + "/" + kFiles).has_value();
  }
  // Gives `made` (a directory holding fs/) its final name, unless somebody was faster.
  void publish(int from, const char* made, const std::string& snapshot) const;
  // Unpacks the layer by itself; the name of its snapshot, <DiffId> or <DiffId>.own.
  std::string unpack(const oci::DiffId& layer, const BlobNeeded& blob, std::stop_token stop);
  // The snapshot of the last of `layers` on the others, whose directories are `lowers`; the last
  // one is unpacked by itself already.
  std::string unpack_on(std::span<const oci::DiffId> layers, const std::vector<std::string>& lowers,
                        const BlobNeeded& blob, std::stop_token stop);
  layer::ReadLayer read(const oci::DiffId& layer, const BlobNeeded& blob, const base::Fd& files,
                        std::stop_token stop, const layer::ReadOptions& options) const;
};

void Snapshots::State::publish(int from, const char* made, const std::string& snapshot) const {
  if (::renameat(from, made, directory.get(), snapshot.c_str()) == 0) return;
  if (errno != EEXIST && errno != ENOTEMPTY) base::throw_errno("store snapshot", snapshot);
}

layer::ReadLayer Snapshots::State::read(const oci::DiffId& layer, const BlobNeeded& blob,
                                        const base::Fd& files, std::stop_token stop,
                                        const layer::ReadOptions& options) const {
  const oci::Descriptor descriptor = blob(layer);
  layer::ReadLayer read = layer::read_layer(*store, descriptor, layer, files.get(), form_of(flavor),
                                            std::move(stop), options);
  if (!layer::find_layer_index(*store, layer)) {  // spares a second reading of the blob
    layer::record_layer_blob(*store, layer, descriptor, read.tar_size);
    layer::record_layer_index(*store, layer, read.index);
  }
  return read;
}

std::string Snapshots::State::unpack(const oci::DiffId& layer, const BlobNeeded& blob,
                                     std::stop_token stop) {
  const store::Lock lock = store->lock("snapshot", layer.hex(), stop);
  for (const std::string& name : {layer.hex(), layer.hex() + kOwn}) {
    if (has(name)) return name;
  }
  const store::TempDirectory temp = store->new_temp_directory();
  const base::Fd snapshot = make_child(temp.fd(), "snapshot", 0700);
  const base::Fd files = make_child(snapshot.get(), kFiles, 0755);
  layer::ReadOptions options;
  options.own_only = true;
  const layer::LowerNeeds needs =
      layer::lower_needs(read(layer, blob, files, std::move(stop), options).index);
  const std::string name = layer.hex() + (needs.parents || needs.links ? kOwn : "");
  publish(temp.fd(), "snapshot", name);
  return name;
}

std::string Snapshots::State::unpack_on(std::span<const oci::DiffId> layers,
                                        const std::vector<std::string>& lowers,
                                        const BlobNeeded& blob, std::stop_token stop) {
  const std::string name = oci::chain_id(layers)->hex() + kOn;
  const store::Lock lock = store->lock("snapshot", name, stop);
  if (has(name)) return name;
  std::vector<std::shared_ptr<const layer::LayerIndex>> indexes;
  for (const oci::DiffId& lower : layers.first(layers.size() - 1)) {
    auto index = layer::find_layer_index(*store, lower);
    if (!index) {
      index =
          std::make_shared<const layer::LayerIndex>(read(lower, blob, base::Fd(), stop, {}).index);
    }
    indexes.push_back(std::move(index));
  }
  const layer::LayerStack lower(std::move(indexes));
  layer::ReadOptions options;
  options.lower = &lower;
  options.open_lower = [&](const std::string& file) {
    const auto found = lower.find(file);
    const base::Fd root = base::open_host_directory(lowers.at(found->layer));
    return base::open_in_root(root.get(), found->entry->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  };
  const store::TempDirectory temp = store->new_temp_directory();
  const base::Fd snapshot = make_child(temp.fd(), "snapshot", 0700);
  const base::Fd files = make_child(snapshot.get(), kFiles, 0755);
  static_cast<void>(read(layers.back(), blob, files, std::move(stop), options));
  publish(temp.fd(), "snapshot", name);
  return name;
}

Snapshots::Snapshots(store::Store& store, Flavor flavor) : state_(std::make_unique<State>()) {
  state_->store = &store;
  state_->flavor = flavor;
  // The two forms of whiteouts and of file owners do not mix, so each has its own directories.
  // Snapshots are not flushed to the disk, so those of another boot may be damaged: they are made
  // anew from their blobs.
  const std::string prefix = flavor == Flavor::overlay ? "snapshots-" : "user-snapshots-";
  const std::string name = prefix + store.boot();
  store.remove_directories(prefix, name);
  state_->directory = store.directory(name);
  state_->path = store.path() + "/cooper/" + name;
}

Snapshots::~Snapshots() = default;

Flavor Snapshots::flavor() const { return state_->flavor; }

std::string Snapshots::files_of(const oci::DiffId& layer, const BlobNeeded& blob,
                                std::stop_token stop) {
  for (const std::string& name : {layer.hex(), layer.hex() + kOwn}) {
    if (state_->has(name)) return state_->path_of(name);
  }
  return state_->path_of(state_->unpack(layer, blob, std::move(stop)));
}

std::vector<std::string> Snapshots::directories(std::span<const oci::DiffId> layers,
                                                const BlobNeeded& blob, std::stop_token stop) {
  std::vector<std::future<std::string>> unpacking;
  for (const oci::DiffId& layer : layers) {
    const bool ready = state_->has(layer.hex());
    unpacking.push_back(std::async(ready ? std::launch::deferred : std::launch::async, [=, this] {
      return ready ? layer.hex() : state_->unpack(layer, blob, stop);
    }));
  }
  for (const auto& one : unpacking) one.wait();
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::string name = unpacking[i].get();  // throws the first failure
    if (name.ends_with(kOwn)) name = state_->unpack_on(layers.first(i + 1), paths, blob, stop);
    paths.push_back(state_->path_of(name));
  }
  return paths;
}

std::vector<std::string> overlay_lowers(const std::vector<std::string>& directories) {
  std::vector<std::string> lowers;
  for (auto path = directories.rbegin(); path != directories.rend(); ++path) {
    if (std::find(lowers.begin(), lowers.end(), *path) == lowers.end()) lowers.push_back(*path);
  }
  return lowers;
}

struct WritableRoot::State {
  State(Snapshots::State& snapshots_, store::TempDirectory temp_)
      : snapshots(&snapshots_), temp(std::move(temp_)) {}

  Snapshots::State* snapshots;
  store::TempDirectory temp;
  std::vector<std::string> lowers;  // top first
};

WritableRoot::WritableRoot(std::unique_ptr<State> state) : state_(std::move(state)) {}
WritableRoot::WritableRoot(WritableRoot&&) noexcept = default;
WritableRoot& WritableRoot::operator=(WritableRoot&&) noexcept = default;
WritableRoot::~WritableRoot() = default;

WritableRoot Snapshots::create(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                               std::stop_token stop) {
  auto state = std::make_unique<WritableRoot::State>(*state_, state_->store->new_temp_directory());
  state->lowers = overlay_lowers(directories(layers, blob, stop));
  const base::Fd snapshot = make_child(state->temp.fd(), "snapshot", 0700);
  const base::Fd files = make_child(snapshot.get(), kFiles, 0755);
  static_cast<void>(make_child(state->temp.fd(), "work", 0700));
  if (::fchmod(files.get(), 0755) != 0) base::throw_errno("set mode of", "upper directory");
  return WritableRoot(std::move(state));
}

void WritableRoot::match_root(const layer::LayerStack& lower) {
  const auto root = lower.find("");
  const base::Fd files =
      base::open_at(state_->temp.fd(), std::string("snapshot/") + kFiles, O_RDONLY | O_DIRECTORY);
  if (::fchown(files.get(), root->entry->uid, root->entry->gid) != 0)
    base::throw_errno("set owner of", "upper directory");
  if (::fchmod(files.get(), root->entry->mode) != 0)
    base::throw_errno("set mode of", "upper directory");
}

std::variant<sandbox::OverlayRoot, sandbox::DirectoryRoot> WritableRoot::spec() const {
  const std::string& base = state_->temp.path();
  return sandbox::OverlayRoot{state_->lowers, base + "/snapshot/" + kFiles, base + "/work"};
}

layer::WrittenLayer WritableRoot::commit(const layer::LayerStack& lower,
                                         const std::vector<std::string>& skip,
                                         const layer::LayerOptions& options) {
  const Snapshots::State& snapshots = *state_->snapshots;
  const base::Fd files =
      base::open_at(state_->temp.fd(), std::string("snapshot/") + kFiles, O_RDONLY | O_DIRECTORY);
  layer::DiffOptions diff;
  diff.form = form_of(snapshots.flavor);
  diff.skip = skip;
  diff.threads = options.threads;
  layer::WrittenLayer written =
      layer::write_overlay_diff(*snapshots.store, files.get(), lower, diff, options);
  set_tree_times(files.get(), written.index);
  if (skip.empty()) snapshots.publish(state_->temp.fd(), "snapshot", written.diff_id.hex());
  return written;
}

}  // namespace cooper::snapshot
