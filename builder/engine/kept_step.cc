#include "builder/engine/kept_step.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"

namespace cooper::engine {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kDocument = "step.json";
constexpr std::uint64_t kMaxDocument = 16U << 20;
constexpr std::string_view kStorePrefix = "@store/";  // a path below the store, wherever that is

base::Fd make_folder(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0700) != 0) base::throw_errno("create directory", name);
  return base::open_at(parent, name, O_RDONLY | O_DIRECTORY);
}

std::string new_id() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return std::to_string(now.count()) + "-" + base::random_name().substr(0, 6);
}

void move_children(int from, int to) {
  for (const std::string& name : base::list_directory(from, "copy")) {
    if (::renameat(from, name.c_str(), to, name.c_str()) != 0) base::throw_errno("keep", name);
  }
}

// Each path of ours in the spec.
template <class Change>
void change_paths(sandbox::SandboxSpec& spec, const Change& change) {
  if (auto* overlay = std::get_if<sandbox::OverlayRoot>(&spec.root)) {
    change(overlay->upper);
    change(overlay->work);
    for (std::string& lower : overlay->lowers) change(lower);
  } else {
    change(std::get<sandbox::DirectoryRoot>(spec.root).path);
    change(std::get<sandbox::DirectoryRoot>(spec.root).scratch);
  }
  for (sandbox::SpecMount& mount : spec.mounts) {
    auto* bind = std::get_if<sandbox::BindMount>(&mount);
    if (bind == nullptr) continue;
    change(bind->root);
    for (std::string& lower : bind->overlay_lowers) change(lower);
  }
}

// The step's own root, as it lies in the kept directory.
void set_root(sandbox::SandboxSpec& spec, const std::string& kept) {
  const std::string files = kept + "/root/snapshot/fs", work = kept + "/root/work";
  if (std::holds_alternative<sandbox::OverlayRoot>(spec.root)) {
    spec.root = sandbox::OverlayRoot{{}, files, work};
  } else {
    spec.root = sandbox::DirectoryRoot{files, work};
  }
}

}  // namespace

std::string KeptSteps::path_of(const std::string& id) const {
  return store_.path() + "/cooper/" + kFolder + "/" + id;
}

std::string KeptSteps::keep(KeptStep step, snapshot::WritableRoot& root,
                            const std::vector<store::TempDirectory>& copies) const {
  step.id = new_id();
  const base::Fd folder = store_.directory(kFolder);
  store_.hold(kFolder, step.id);
  const base::Fd kept = make_folder(folder.get(), step.id);
  root.give(make_folder(kept.get(), "root").get());
  set_root(step.spec, path_of(step.id));
  const base::Fd mounts = make_folder(kept.get(), "mounts");
  for (std::size_t i = 0; i < copies.size(); ++i) {
    const std::string name = std::to_string(i);
    move_children(copies[i].fd(), make_folder(mounts.get(), name).get());
    for (sandbox::SpecMount& mount : step.spec.mounts) {
      auto* bind = std::get_if<sandbox::BindMount>(&mount);
      if (bind != nullptr && bind->root == copies[i].path())
        bind->root = path_of(step.id) + "/mounts/" + name;
    }
  }
  const std::string own = store_.path() + "/";
  change_paths(step.spec, [&](std::string& path) {
    if (path.starts_with(own)) path = std::string(kStorePrefix) + path.substr(own.size());
  });
  base::write_file_at(kept.get(), kDocument, to_json(step), 0600);
  remove_oldest();
  return step.id;
}

std::vector<std::string> KeptSteps::ids() const {
  std::vector<std::string> ids = base::list_directory(store_.directory(kFolder).get(), kFolder);
  std::ranges::reverse(ids);
  return ids;
}

std::optional<KeptStep> KeptSteps::read(const std::string& id) const {
  const base::Fd folder = store_.directory(kFolder);
  store_.hold(kFolder, id);
  const auto text = base::try_read_file_at(folder.get(), id + "/" + kDocument, kMaxDocument);
  if (!text) return std::nullopt;
  KeptStep step;
  try {
    step = parse_kept_step(*text);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::corrupt) throw;
    return std::nullopt;
  }
  step.id = id;
  change_paths(step.spec, [&](std::string& path) {
    if (path.starts_with(kStorePrefix))
      path = store_.path() + "/" + path.substr(kStorePrefix.size());
  });
  return step;
}

store::Lock KeptSteps::use(const std::string& id) const {
  if (auto lock = store_.try_lock(kFolder, id)) return std::move(*lock);
  throw Error(ErrorKind::failure, "open kept step", id, "another process has it open");
}

void KeptSteps::remove_oldest() const {
  const base::Fd folder = store_.directory(kFolder);
  const std::vector<std::string> all = ids();
  for (std::size_t i = kMost; i < all.size(); ++i) {
    const auto lock = store_.try_lock(kFolder, all[i]);
    if (lock) base::remove_tree_at(folder.get(), all[i]);
  }
}

}  // namespace cooper::engine
