#include "builder/plan/mount_plan.h"

#include <algorithm>

#include "base/path.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using base::Error;
using base::ErrorKind;
using dockerfile::Mount;
using dockerfile::MountType;
using Text = std::optional<std::string>;

const char* type_name(MountType type) {
  switch (type) {
    case MountType::bind: return "bind";
    case MountType::cache: return "cache";
    case MountType::tmpfs: return "tmpfs";
    case MountType::secret: return "secret";
    case MountType::ssh: return "ssh";
  }
  return "";
}

[[noreturn]] void refuse(const std::string& option, const std::string& cause) {
  throw Error(ErrorKind::usage, "read RUN --mount option", option, cause);
}

void allow(bool given, const char* option, MountType type, std::initializer_list<MountType> types) {
  if (!given || std::find(types.begin(), types.end(), type) != types.end()) return;
  refuse(option, std::string("not allowed for a mount of type ") + type_name(type));
}

void check_options(const Mount& mount) {
  using enum MountType;
  const bool sharing = mount.sharing || mount.sharing_word;
  allow(mount.mode.has_value(), "mode", mount.type, {cache, secret, ssh});
  allow(mount.uid.has_value(), "uid", mount.type, {cache, secret, ssh});
  allow(mount.gid.has_value(), "gid", mount.type, {cache, secret, ssh});
  allow(mount.size.has_value(), "size", mount.type, {tmpfs});
  allow(mount.env.has_value(), "env", mount.type, {secret});
  allow(mount.required, "required", mount.type, {secret, ssh});
  allow(sharing, "sharing", mount.type, {cache});
  allow(mount.from.has_value(), "from", mount.type, {bind, cache});
}

std::uint32_t number_of(const Text& given, const char* option, unsigned base,
                        std::uint32_t fallback, const Expander& expander) {
  if (!given) return fallback;
  const std::string text = expander.word(*given);
  const auto value = parse_unsigned(text, base, base == 8 ? 07777 : 0xffffffffU);
  if (!value) refuse(option + ("=" + text), base == 8 ? "not an octal mode" : "not a number");
  return static_cast<std::uint32_t>(*value);
}

dockerfile::CacheSharing sharing_of(const Mount& mount, const Expander& expander) {
  using dockerfile::CacheSharing;
  if (mount.sharing) return *mount.sharing;
  if (!mount.sharing_word) return CacheSharing::shared;
  const std::string word = lower_case(expander.word(*mount.sharing_word));
  if (word == "shared") return CacheSharing::shared;
  if (word == "private") return CacheSharing::private_;
  if (word == "locked") return CacheSharing::locked;
  refuse("sharing=" + word, "it is shared, private or locked");
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

  MountOp plan(const Mount& mount) {
    check_options(mount);
    MountOp op;
    op.type = mount.type;
    const Expander& expander = inputs_.expander;
    const std::string target = expander.optional(mount.target);
    switch (mount.type) {
      case MountType::bind: plan_bind(op, mount, target); break;
      case MountType::cache: plan_cache(op, mount, target); break;
      case MountType::tmpfs: plan_tmpfs(op, mount, target); break;
      case MountType::secret: plan_secret(op, mount, target); break;
      case MountType::ssh: plan_ssh(op, mount, target); break;
    }
    op.uid = number_of(mount.uid, "uid", 10, 0, expander);
    op.gid = number_of(mount.gid, "gid", 10, 0, expander);
    return op;
  }

 private:
  void plan_bind(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.source = base::clean_below_root(inputs_.expander.optional(mount.source));
    op.input = inputs_.find_input(mount.from.value_or(""));
    op.readonly = mount.readonly.value_or(true);
  }

  void plan_cache(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.source = base::clean_below_root(inputs_.expander.optional(mount.source));
    if (mount.from && !mount.from->empty()) op.input = inputs_.find_input(*mount.from);
    op.readonly = mount.readonly.value_or(false);
    op.id = inputs_.expander.optional(mount.id);
    if (op.id.empty()) op.id = base::clean_path(target);
    if (!inputs_.cache_mount_namespace.empty()) {
      op.id = inputs_.cache_mount_namespace + "/" + op.id;
    }
    op.sharing = sharing_of(mount, inputs_.expander);
    op.mode = number_of(mount.mode, "mode", 8, 0755, inputs_.expander);
  }

  void plan_tmpfs(MountOp& op, const Mount& mount, const std::string& target) {
    op.target = absolute_target(target, inputs_.workdir);
    op.readonly = mount.readonly.value_or(false);
    if (!mount.size) return;
    const std::string text = inputs_.expander.word(*mount.size);
    const auto size = try_parse_size(text);
    if (!size) refuse("size=" + text, "not a size (bytes, or with k, m, g, t, p)");
    op.tmpfs_size = *size;
  }

  void plan_secret(MountOp& op, const Mount& mount, const std::string& target) {
    if (mount.id && mount.source) refuse("source", "a secret has id or source, not both");
    op.id = inputs_.expander.optional(mount.source ? mount.source : mount.id);
    if (op.id.empty()) {
      if (target.empty()) refuse("id", "a secret needs an id or a target");
      op.id = std::string(base::base_name(base::clean_path(target)));
    }
    if (mount.env) op.env = inputs_.expander.word(*mount.env);
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
    op.id = inputs_.expander.optional(mount.id);
    if (op.id.empty()) op.id = "default";
    const std::string fallback = "/run/buildkit/ssh_agent." + std::to_string(ssh_count_);
    ++ssh_count_;
    op.target = absolute_target(target.empty() ? fallback : target, "/");
    finish_private(op, mount, 0600);
  }

  void finish_private(MountOp& op, const Mount& mount, std::uint32_t mode) const {
    op.readonly = true;
    op.required = mount.required;
    op.mode = number_of(mount.mode, "mode", 8, mode, inputs_.expander);
  }

  const MountInputs& inputs_;
  int ssh_count_ = 0;
};

}  // namespace

std::optional<std::uint64_t> try_parse_size(const std::string& text) {
  const std::string lower = lower_case(text);
  const std::size_t digits = lower.find_first_not_of("0123456789");
  constexpr std::uint64_t kMax = std::uint64_t{1} << 60U;
  const auto value = parse_unsigned(lower.substr(0, digits), 10, kMax);
  if (!value) return std::nullopt;
  std::string unit = digits == std::string::npos ? "" : lower.substr(digits);
  if (unit.size() > 1 && unit.ends_with("ib")) {
    unit.resize(unit.size() - 2);
  } else if (!unit.empty() && unit.back() == 'b') {
    unit.pop_back();
  }
  constexpr std::string_view kUnits = "kmgtp";
  if (unit.empty()) return *value;
  const std::size_t power = unit.size() == 1 ? kUnits.find(unit.front()) : std::string_view::npos;
  if (power == std::string_view::npos) return std::nullopt;
  const auto shift = static_cast<unsigned>(10 * (power + 1));
  if (*value > (kMax >> shift)) return std::nullopt;
  return *value << shift;
}

std::vector<MountOp> plan_mounts(const std::vector<Mount>& mounts, const MountInputs& inputs) {
  MountPlanner planner(inputs);
  std::vector<MountOp> out;
  out.reserve(mounts.size());
  for (const Mount& mount : mounts) out.push_back(planner.plan(mount));
  std::stable_sort(out.begin(), out.end(),
                   [](const MountOp& a, const MountOp& b) { return a.target < b.target; });
  return out;
}

}  // namespace cooper::plan
