#include "builder/snapshot/snapshot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

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

}  // namespace

Snapshots::Snapshots(store::Store& store, Flavor flavor) : store_(store), layers_(store, flavor) {}

std::vector<std::string> overlay_lowers(const std::vector<std::string>& directories) {
  std::vector<std::string> lowers;
  for (auto path = directories.rbegin(); path != directories.rend(); ++path) {
    if (std::find(lowers.begin(), lowers.end(), *path) == lowers.end()) lowers.push_back(*path);
  }
  return lowers;
}

struct WritableRoot::State {
  store::Store& store;
  LayerDirectories& layers;
  store::TempDirectory temp;
  std::vector<std::string> lowers;  // top first
};

WritableRoot::WritableRoot(std::unique_ptr<State> state) : state_(std::move(state)) {}
WritableRoot::WritableRoot(WritableRoot&&) noexcept = default;
WritableRoot& WritableRoot::operator=(WritableRoot&&) noexcept = default;
WritableRoot::~WritableRoot() = default;

WritableRoot Snapshots::create(std::span<const oci::DiffId> layers, const BlobNeeded& blob,
                               std::stop_token stop) {
  auto state = std::make_unique<WritableRoot::State>(
      WritableRoot::State{store_, layers_, store_.new_temp_directory(), {}});
  state->lowers = overlay_lowers(layers_.stack(layers, blob, std::move(stop)));
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
  const base::Fd files =
      base::open_at(state_->temp.fd(), std::string("snapshot/") + kFiles, O_RDONLY | O_DIRECTORY);
  layer::DiffOptions diff;
  diff.form = state_->layers.form();
  diff.skip = skip;
  diff.threads = options.threads;
  layer::WrittenLayer written =
      layer::write_overlay_diff(state_->store, files.get(), lower, diff, options);
  set_tree_times(files.get(), written.index);
  if (skip.empty()) state_->layers.adopt(state_->temp.fd(), "snapshot", written.diff_id);
  return written;
}

}  // namespace cooper::snapshot
