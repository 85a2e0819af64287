#include "builder/snapshot/snapshot.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/copy_tree.h"
#include "base/error.h"
#include "base/file_at.h"
#include "builder/snapshot/tree_times.h"

namespace cooper::snapshot {
namespace {

constexpr const char* kFiles = "fs";

base::Fd make_child(int parent, const char* name, mode_t mode) {
  if (::mkdirat(parent, name, mode) != 0) base::throw_errno("create directory", name);
  return base::open_at(parent, name, O_RDONLY | O_DIRECTORY);
}

// The time as the file system writes it; what exists already is older.
timespec now_on_disk(int directory) {
  constexpr timespec kTick{0, 20'000'000};  // of the clock that files are stamped with, or more
  ::nanosleep(&kTick, nullptr);
  return base::stat_fd(make_child(directory, "now", 0700).get(), "now").st_ctim;
}

}  // namespace

Snapshots::Snapshots(store::Store& store, Flavor flavor, Tell tell)
    : store_(store), layers_(store, flavor, std::move(tell)) {}

std::vector<std::string> overlay_lowers(const std::vector<std::string>& directories) {
  std::vector<std::string> lowers;
  for (auto path = directories.rbegin(); path != directories.rend(); ++path) {
    if (std::find(lowers.begin(), lowers.end(), *path) == lowers.end()) lowers.push_back(*path);
  }
  return lowers;
}

struct WritableRoot::State {
  State(store::Store& store_, LayerDirectories& layers_)
      : store(store_), layers(layers_), temp(store_.new_temp_directory()) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { store.discard(std::move(temp)); }

  store::Store& store;
  LayerDirectories& layers;
  store::TempDirectory temp;
  std::vector<std::string> lowers;  // top first
  std::vector<oci::DiffId> below;   // the stack it stands on
  timespec ready{};                 // Flavor::plain: what is older was there before

  [[nodiscard]] bool is_plain() const { return layers.flavor() == Flavor::plain; }
};

WritableRoot::WritableRoot(std::unique_ptr<State> state) : state_(std::move(state)) {}
WritableRoot::WritableRoot(WritableRoot&&) noexcept = default;
WritableRoot& WritableRoot::operator=(WritableRoot&&) noexcept = default;
WritableRoot::~WritableRoot() = default;

WritableRoot Snapshots::create(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                               std::stop_token stop) {
  auto state = std::make_unique<WritableRoot::State>(store_, layers_);
  state->below.assign(layers.begin(), layers.end());
  state->lowers = overlay_lowers(layers_.stack(layers, blob, std::move(stop)));
  const base::Fd snapshot = make_child(state->temp.fd(), "snapshot", 0700);
  const base::Fd files = make_child(snapshot.get(), kFiles, 0755);
  static_cast<void>(make_child(state->temp.fd(), "work", 0700));
  if (::fchmod(files.get(), 0755) != 0) base::throw_errno("set mode of", "upper directory");
  if (state->is_plain()) {
    for (const std::string& tree : state->lowers)
      base::copy_directory(base::open_host_directory(tree).get(), files.get());
    state->ready = now_on_disk(state->temp.fd());
  }
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
  if (state_->is_plain())
    return sandbox::DirectoryRoot{base + "/snapshot/" + kFiles, base + "/work"};
  return sandbox::OverlayRoot{state_->lowers, base + "/snapshot/" + kFiles, base + "/work"};
}

layer::WrittenLayer WritableRoot::commit(const layer::LayerStack& lower,
                                         const std::vector<std::string>& skip,
                                         const layer::LayerOptions& options) {
  const base::Fd files =
      base::open_at(state_->temp.fd(), std::string("snapshot/") + kFiles, O_RDONLY | O_DIRECTORY);
  layer::DiffOptions diff;
  diff.form = state_->layers.form();
  diff.skip = skip;
  diff.threads = options.threads;
  if (state_->is_plain()) diff.touched_since = state_->ready;
  layer::WrittenLayer written =
      layer::write_overlay_diff(state_->store, files.get(), lower, diff, options);
  set_tree_times(files.get(), written.index);
  if (!skip.empty()) return written;
  if (state_->is_plain()) {
    state_->below.push_back(written.diff_id);
    state_->layers.adopt_tree(state_->temp.fd(), "snapshot", state_->below);
  } else {
    state_->layers.adopt(state_->temp.fd(), "snapshot", written.diff_id);
  }
  return written;
}

void WritableRoot::give(int directory) {
  for (const char* name : {"snapshot", "work"}) {
    if (::renameat(state_->temp.fd(), name, directory, name) != 0) base::throw_errno("keep", name);
  }
}

}  // namespace cooper::snapshot
