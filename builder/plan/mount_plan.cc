#include "builder/plan/mount_plan.h"

#include <algorithm>

#include "base/path.h"
#include "builder/dockerfile/mount.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;
using dockerfile::Mount;
using dockerfile::MountType;
using Text = std::optional<std::string>;

[[noreturn]] void refuse(const std::string& option, const std::string& cause) {
  throw Error(ErrorKind::usage, "read RUN --mount option", option, cause);
}

std::uint32_t number_of(const Text& given, const char* option, unsigned base,
                        std::uint32_t fallback) {
  if (!given) return fallback;
  const auto value = parse_unsigned(*given, base, base == 8 ? 07777 : 0xffffffffU);
  if (!value) refuse(option + ("=" + *given), base == 8 ? "not an octal mode" : "not a number");
  return static_cast<std::uint32_t>(*value);
}

// Directory mounts lie relative to WORKDIR, secrets and sockets relative to the root.
std::string absolute_target(const std::string& target, const std::string& base) {
  std::string path = base::join_path("/", base::join_path(base, target));
  if (path == "/") refuse("target=" + target, "the root directory cannot be mounted over");
  return path;
}

class MountPlanner {
 public:
  explicit MountPlanner(const MountInputs& inputs) : inputs_(inputs) {}

  MountOp plan(const Mount& written) {
    const auto expand = [this](std::string_view text) {
      return inputs_.expander.word(std::string(text));
    };
    const Mount mount = dockerfile::resolve_mount(written, expand);
    MountOp op;
    op.type = mount.type;
    const std::string target = mount.target.value_or("");
    switch (mount.type) {
      case MountType::bind: plan_bind(op, mount, target); break;
      case MountType::cache: plan_cache(op, mount, target); break;
      case MountType::tmpfs: plan_tmpfs(op, mount, target); break;
      case MountType::secret: plan_secret(op, mount, target); break;
      case MountType::ssh: plan_ssh(op, mount, target); break;
    }
    op.uid = number_of(mount.uid, "uid", 10, 0);
    op.gid = number_of(mount.gid, "gid", 10, 0);
    return op;
  }

  [[nodiscard]] const std::string& agent_socket() const { return agent_socket_; }

 private:
  void plan_bind(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.source = base::clean_below_root(mount.source.value_or(""));
    op.input = inputs_.find_input(mount.from.value_or(""));
    op.readonly = mount.readonly.value_or(true);
  }

  void plan_cache(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.source = base::clean_below_root(mount.source.value_or(""));
    if (mount.from && !mount.from->empty()) op.input = inputs_.find_input(*mount.from);
    op.readonly = mount.readonly.value_or(false);
    op.id = mount.id.value_or("");
    if (op.id.empty()) op.id = base::clean_path(target);
    if (!inputs_.cache_mount_namespace.empty()) {
      op.id = inputs_.cache_mount_namespace + "/" + op.id;
    }
    op.sharing = mount.sharing.value_or(dockerfile::CacheSharing::shared);
    op.mode = number_of(mount.mode, "mode", 8, 0755) & 0777;
  }

  void plan_tmpfs(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.readonly = mount.readonly.value_or(false);
    if (mount.size) op.tmpfs_size = dockerfile::parse_size(*mount.size);
  }

  void plan_secret(MountOp& op, const Mount& mount, const std::string& target) {
    op.id = (mount.source ? mount.source : mount.id).value_or("");
    if (op.id.empty()) {
      if (target.empty()) refuse("id", "a secret needs an id or a target");
      op.id = std::string(base::base_name(base::clean_path(target)));
    }
    op.env = mount.env;
    if (op.env && (op.env->empty() || op.env->find('=') != std::string::npos)) {
      refuse("env=" + *op.env, "not the name of an environment variable");
    }
    if (!target.empty()) {
      op.target = absolute_target(target, "/");
    } else if (!op.env) {
      const std::string name(base::base_name(base::clean_path(op.id)));
      op.target = absolute_target(name, "/run/secrets");
    }
    finish_private(op, mount, 0400);
  }

  void plan_ssh(MountOp& op, const Mount& mount, const std::string& target) {
    op.id = mount.id.value_or("");
    if (op.id.empty()) op.id = "default";
    const std::string fallback = "/run/buildkit/ssh_agent." + std::to_string(ssh_count_);
    ++ssh_count_;
    op.target = absolute_target(target.empty() ? fallback : target, "/");
    if (agent_socket_.empty()) agent_socket_ = op.target;
    finish_private(op, mount, 0600);
  }

  void finish_private(MountOp& op, const Mount& mount, std::uint32_t mode) const {
    op.readonly = true;
    op.required = mount.required;
    op.mode = number_of(mount.mode, "mode", 8, mode);
  }

  const MountInputs& inputs_;
  int ssh_count_ = 0;
  std::string agent_socket_;
};

}  // namespace

PlannedMounts plan_mounts(const std::vector<Mount>& mounts, const MountInputs& inputs) {
  MountPlanner planner(inputs);
  std::vector<MountOp> out;
  out.reserve(mounts.size());
  for (const Mount& mount : mounts) out.push_back(planner.plan(mount));
  std::stable_sort(out.begin(), out.end(),
                   [](const MountOp& a, const MountOp& b) { return a.target < b.target; });
  return {std::move(out), planner.agent_socket()};
}

}  // namespace cooper::plan
