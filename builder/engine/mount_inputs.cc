#include "builder/engine/mount_inputs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <set>
#include <sstream>

#include "base/copy_tree.h"
#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/sha256.h"
#include "builder/engine/copy_selection.h"
#include "builder/engine/tree_copy.h"
#include "builder/layer/layer_reader.h"

namespace cooper::engine {
namespace {

using base::Error;
using base::ErrorKind;
using dockerfile::MountType;

bool has_input(const plan::MountOp& mount) {
  return !std::holds_alternative<plan::EmptyInput>(mount.input);
}

// Directories of a stage's layers, top first.
std::vector<std::string> stage_directories(Workshop& shop, StepInputs& inputs, plan::StepId step) {
  const auto blob = [&](const oci::DiffId& id) { return shop.layers.blob(id, inputs.stop()); };
  return snapshot::overlay_lowers(
      shop.snapshots.layers().stack(inputs.result(step).layers.list(), blob, inputs.stop()));
}

// A mount of context files shows a copy: ignore rules, owners and modes are then those of COPY.
sandbox::BindMount bind_of_context(Workshop& shop, const plan::MountOp& mount, StepInputs& inputs,
                                   PreparedMounts& out) {
  const auto tree = inputs.tree(mount.input);
  store::TempDirectory copy = shop.store.new_temp_directory();
  const std::string name = copy_tree(*tree, mount.source, copy.fd());
  sandbox::BindMount bind;
  bind.root = copy.path();
  bind.source = name;
  out.copies.push_back(std::move(copy));
  return bind;
}

// Without overlays: what may be written, or put in another place, is a copy of this step alone.
void make_own(Workshop& shop, sandbox::BindMount& bind, PreparedMounts& out) {
  if (!bind.overlay_lowers.empty()) {
    bind.root = bind.overlay_lowers.front();
    bind.overlay_lowers.clear();
    const bool moves = shop.probe.mode == sandbox::Mode::chroot;
    if (bind.readonly && !moves) return;
    const base::Fd tree = base::open_host_directory(bind.root);
    const base::Fd source = base::open_in_root(tree.get(), bind.source, O_PATH);
    out.copies.push_back(shop.store.new_temp_directory());
    bind.root = out.copies.back().path();
    bind.source = "copy";
    base::copy_opened(source.get(), out.copies.back().fd(), bind.source);
  }
  bind.discard_writes = false;
  bind.movable = true;
}

sandbox::BindMount bind_mount(Workshop& shop, const plan::MountOp& mount, StepInputs& inputs,
                              PreparedMounts& out) {
  sandbox::BindMount bind;
  if (const auto* step = std::get_if<plan::StepInput>(&mount.input)) {
    bind.overlay_lowers = stage_directories(shop, inputs, step->step);
    bind.source = mount.source;
    if (bind.overlay_lowers.empty()) {  // FROM scratch: an empty directory
      out.copies.push_back(shop.store.new_temp_directory());
      bind.root = out.copies.back().path();
    }
  } else {
    bind = bind_of_context(shop, mount, inputs, out);
  }
  bind.target = mount.target;
  bind.readonly = mount.readonly;
  bind.discard_writes = !mount.readonly;
  if (shop.snapshots.flavor() == snapshot::Flavor::plain) make_own(shop, bind, out);
  return bind;
}

struct CacheDirectory {
  std::string name;
  base::Fd fd;
  bool created = false;
};

// What a cache mount is called in the store and in shared caches: ids of one scope are never those
// of another, and a mount of another owner, mode or seed is another one, as BuildKit has it.
std::string scoped_id(const Workshop& shop, const plan::MountOp& mount, const StepInputs& inputs) {
  const std::string& scope = shop.options.cache_scope;
  constexpr const char* kMark = "scope=";
  std::string id = mount.id;
  if (!scope.empty() || id.starts_with(kMark)) id = kMark + scope + ";" + id;
  if (has_input(mount))
    id += " from " + inputs.identity(mount.input).value_or("context") + "/" + mount.source;
  if (mount.uid == 0 && mount.gid == 0 && mount.mode == 0755) return id;
  std::ostringstream owned;
  owned << id << " (" << mount.uid << ":" << mount.gid << " " << std::oct << mount.mode << ")";
  return owned.str();
}

// The directory's name is a hash: an id is never a path.
CacheDirectory open_cache_directory(Workshop& shop, const plan::MountOp& mount,
                                    const std::string& id, const std::string& name) {
  const base::Fd mounts = shop.store.directory("mounts");
  shop.store.hold("mounts", name);
  // For people: the directory's name tells nothing.
  if (!shop.store.read_record("mounts", name)) shop.store.write_record("mounts", name, id);
  shop.store.touch_record("mounts", name);
  CacheDirectory cache{name, {}, false};
  cache.created = ::mkdirat(mounts.get(), name.c_str(), 0755) == 0;
  if (!cache.created && errno != EEXIST) base::throw_errno("create cache mount", mount.id);
  cache.fd = base::open_at(mounts.get(), name, O_RDONLY | O_DIRECTORY);
  if (cache.created) {
    if (::fchown(cache.fd.get(), mount.uid, mount.gid) != 0)
      base::throw_errno("set owner of cache mount", mount.id);
    if (::fchmod(cache.fd.get(), mount.mode) != 0)
      base::throw_errno("set mode of cache mount", mount.id);
  }
  return cache;
}

// A mount that is not there yet begins with what a shared cache has of it. That it has nothing, or
// cannot be read, is no error.
void fill_cache_mount(Workshop& shop, const plan::MountOp& mount, const std::string& id,
                      const std::string& name, const StepInputs& inputs) {
  const base::Fd mounts = shop.store.directory("mounts");
  if (base::try_stat_at(mounts.get(), name)) return;
  const auto found = shop.elsewhere->find_mount(id);
  if (!found) return;
  try {
    shop.layers.add_shared(*found);
    const store::TempDirectory made = shop.store.new_temp_directory();
    if (::mkdirat(made.fd(), "files", 0700) != 0) base::throw_errno("create cache mount", mount.id);
    const base::Fd files = base::open_at(made.fd(), "files", O_RDONLY | O_DIRECTORY);
    layer::ReadOptions options;
    options.tell = [&shop](const std::string& line) { shop.layers.tell(line); };
    static_cast<void>(layer::read_layer(shop.store, shop.layers.blob(found->diff_id, inputs.stop()),
                                        found->diff_id, files.get(), layer::TreeForm::plain,
                                        inputs.stop(), options));
    if (::fchown(files.get(), mount.uid, mount.gid) != 0 || ::fchmod(files.get(), mount.mode) != 0)
      base::throw_errno("set owner of cache mount", mount.id);
    shop.store.hold("mounts", name);
    if (::renameat2(made.fd(), "files", mounts.get(), name.c_str(), RENAME_NOREPLACE) != 0 &&
        errno != EEXIST)
      base::throw_errno("create cache mount", mount.id);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::cancelled) throw;
    shop.events(Remark{"the cache mount '" + mount.id + "' begins empty: " + error.what()});
  }
}

sandbox::BindMount cache_mount(Workshop& shop, const plan::Step& step, const plan::MountOp& mount,
                               StepInputs& inputs, PreparedMounts& out) {
  const std::string id = scoped_id(shop, mount, inputs);
  std::string name = base::sha256_hex(id);
  // Where nothing can be mounted a cache is in one place at a time.
  const bool moves = shop.probe.mode == sandbox::Mode::chroot;
  const bool shared = mount.sharing == dockerfile::CacheSharing::shared && !moves;
  if (mount.sharing != dockerfile::CacheSharing::private_ && !shared) {
    out.locks.push_back(shop.store.lock("mount", name, inputs.stop(), [&] {
      shop.events(Remark{"waiting: the cache mount '" + mount.id + "' is in use"});
    }));
  } else if (mount.sharing == dockerfile::CacheSharing::private_) {
    auto lock = shop.store.try_lock("mount", name);
    for (int copy = 1; !lock; ++copy) {  // the first directory of this id that nobody uses
      name = base::sha256_hex(id) + "-" + std::to_string(copy);
      lock = shop.store.try_lock("mount", name);
    }
    out.locks.push_back(std::move(*lock));
  }
  if (shop.used != nullptr) shop.used->note_mount(step.id, id, name);
  if (shop.elsewhere != nullptr && !has_input(mount))
    fill_cache_mount(shop, mount, id, name, inputs);
  const CacheDirectory cache = open_cache_directory(shop, mount, id, name);
  if (cache.created && has_input(mount))
    copy_tree_into(*inputs.tree(mount.input), mount.source, cache.fd.get());
  sandbox::BindMount bind;
  bind.root = shop.store.path() + "/cooper/mounts/" + name;
  bind.target = mount.target;
  bind.readonly = mount.readonly;
  bind.movable = !shared;
  return bind;
}

void secret_mount(Workshop& shop, const plan::MountOp& mount, PreparedMounts& out) {
  const auto value = shop.options.secret ? shop.options.secret(mount.id) : std::nullopt;
  if (!value) {
    if (!mount.required) return;  // row R11
    throw Error(ErrorKind::usage, "mount secret", mount.id, "it was not given")
        .with_hint("add --secret id=" + mount.id + ",src=FILE");
  }
  out.secret_values.push_back(*value);
  if (mount.env) out.env.push_back(*mount.env + "=" + *value);
  if (!mount.target.empty()) {
    out.mounts.emplace_back(
        sandbox::FileMount{mount.target, *value, mount.mode, mount.uid, mount.gid, true});
  }
}

// The step gets a socket of ours with the owner and mode it asks for; what it says there goes to
// the agent.
void ssh_mount(Workshop& shop, const plan::MountOp& mount, PreparedMounts& out) {
  const auto agent = shop.options.ssh_agent ? shop.options.ssh_agent(mount.id) : std::nullopt;
  if (!agent) {
    if (!mount.required) return;  // row R12
    throw Error(ErrorKind::usage, "mount ssh agent", mount.id, "it was not given")
        .with_hint("add --ssh " + mount.id);
  }
  out.copies.push_back(shop.store.new_temp_directory());
  out.relays.push_back(std::make_unique<sandbox::AgentRelay>(
      *agent, out.copies.back().path(), sandbox::SocketOwner{mount.uid, mount.gid, mount.mode}));
  sandbox::BindMount bind;
  bind.root = out.copies.back().path();
  bind.source = sandbox::AgentRelay::kName;
  bind.movable = true;
  bind.target = mount.target;
  bind.readonly = true;
  out.mounts.emplace_back(std::move(bind));
}

}  // namespace

std::vector<std::string> mount_digests(Workshop& shop, const plan::RunOp& op, StepInputs& inputs,
                                       bool quick) {
  std::vector<std::string> digests;
  for (const plan::MountOp& mount : op.mounts) {
    if (!has_input(mount)) continue;
    if (mount.type == MountType::cache) {  // its content is not an input of the step (row R9), what
                                           // seeds it is named
      digests.push_back(inputs.identity(mount.input).value_or("context"));
      continue;
    }
    const auto identity = inputs.identity(mount.input);
    if (quick && identity) {
      digests.push_back(*identity);
    } else {
      digests.push_back(
          tree_digest(*inputs.tree(mount.input), mount.source, shop.options.layers.threads));
    }
  }
  return digests;
}

namespace {

// A cache that is moved to its target cannot be at two.
void require_one_place(const plan::RunOp& op) {
  std::set<std::string> ids;
  for (const plan::MountOp& mount : op.mounts) {
    if (mount.type != MountType::cache || ids.insert(mount.id).second) continue;
    if (mount.sharing == dockerfile::CacheSharing::private_) continue;
    throw Error(ErrorKind::unsupported, "mount cache", mount.id,
                "isolation 'chroot' cannot give one cache at two targets");
  }
}

}  // namespace

PreparedMounts prepare_mounts(Workshop& shop, const plan::Step& step, StepInputs& inputs) {
  const auto& op = std::get<plan::RunOp>(step.op);
  PreparedMounts out;
  if (shop.probe.mode == sandbox::Mode::chroot) require_one_place(op);
  for (const plan::MountOp& mount : op.mounts) {
    switch (mount.type) {
      case MountType::bind: out.mounts.emplace_back(bind_mount(shop, mount, inputs, out)); break;
      case MountType::cache:
        out.mounts.emplace_back(cache_mount(shop, step, mount, inputs, out));
        break;
      case MountType::tmpfs:
        out.mounts.emplace_back(sandbox::TmpfsMount{mount.target, mount.tmpfs_size});
        break;
      case MountType::secret: secret_mount(shop, mount, out); break;
      case MountType::ssh: ssh_mount(shop, mount, out); break;
    }
  }
  return out;
}

}  // namespace cooper::engine
