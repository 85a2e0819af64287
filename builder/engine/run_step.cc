#include "builder/engine/run_step.h"

#include <algorithm>

#include "base/error.h"
#include "base/trace.h"
#include "builder/engine/copy_step.h"
#include "builder/engine/kept_step.h"
#include "builder/engine/line_splitter.h"
#include "builder/engine/mount_inputs.h"
#include "builder/engine/secret_mask.h"

namespace cooper::engine {
namespace {

using base::Error;
using base::ErrorKind;

sandbox::SandboxSpec make_spec(const plan::RunOp& op, PreparedMounts& mounts) {
  sandbox::SandboxSpec spec;
  spec.argv = op.argv;
  spec.env = op.env;
  spec.env.insert(spec.env.end(), op.proxy_env.begin(), op.proxy_env.end());
  spec.env.insert(spec.env.end(), mounts.env.begin(), mounts.env.end());
  spec.user = op.user;
  spec.cwd = op.cwd;
  spec.hostname = op.hostname;
  spec.network = op.network == dockerfile::Network::none ? sandbox::NetworkMode::none
                                                         : sandbox::NetworkMode::host;
  spec.insecure = op.security == dockerfile::Security::insecure;
  spec.extra_hosts = op.settings.extra_hosts;
  spec.shm_size = op.settings.shm_size;
  for (const plan::Ulimit& limit : op.settings.ulimits)
    spec.limits.push_back({limit.name, limit.soft, limit.hard});
  spec.mounts = mounts.mounts;
  if (op.script) {
    spec.mounts.emplace_back(
        sandbox::FileMount{"/dev/pipes/" + op.script->name, op.script->body, 0755, 0, 0});
  }
  return spec;
}

std::string describe(const sandbox::ExitStatus& status) {
  if (status.signal) return "killed by signal " + std::to_string(*status.signal);
  return "exit status " + std::to_string(status.code);
}

// What the step left, with all its process saw, for a person to look at.
void keep(Workshop& shop, const plan::Step& step, const std::string& failure,
          sandbox::SandboxSpec spec, PreparedMounts& mounts, snapshot::WritableRoot& root,
          const std::vector<oci::DiffId>& below) {
  const auto& op = std::get<plan::RunOp>(step.op);
  KeptStep kept;
  kept.label = step.label;
  kept.file = step.file_name;
  kept.line = step.where.first_line;
  kept.failure = failure;
  kept.layers = below;
  spec.env = op.env;  // not those of secrets and proxies
  std::erase_if(spec.mounts, [](const sandbox::SpecMount& mount) {
    if (const auto* file = std::get_if<sandbox::FileMount>(&mount)) return file->secret;
    const auto* bind = std::get_if<sandbox::BindMount>(&mount);
    return bind != nullptr && bind->source == sandbox::AgentRelay::kName;
  });
  for (const plan::MountOp& mount : op.mounts) {
    if (mount.type == dockerfile::MountType::ssh) kept.had_agent = true;
    if (mount.type == dockerfile::MountType::secret)
      kept.secrets.push_back({mount.id, mount.target, mount.env, mount.mode, mount.uid, mount.gid});
  }
  kept.spec = std::move(spec);
  mounts.relays.clear();
  shop.options.on_kept(KeptSteps(shop.store).keep(std::move(kept), root, mounts.copies));
}

[[noreturn]] void fail(const plan::Step& step, const sandbox::ExitStatus& status, bool kept) {
  Error error(ErrorKind::step_failed, "run", step.label, describe(status));
  std::string hint =
      kept ? "'cooper debug' opens a shell in what the step left"
           : "run the same build again to repeat this step, what was built before it is cached; "
             "with --on-failure=keep 'cooper debug' then opens a shell in what it left";
  if (status.code == 127)
    hint = "a command was not found: is it installed in an earlier step? " + hint;
  throw error.with_hint(hint);
}

}  // namespace

bool has_stage_mounts(const plan::RunOp& op) {
  return std::ranges::any_of(op.mounts, [](const plan::MountOp& mount) {
    return mount.type == dockerfile::MountType::bind &&
           std::holds_alternative<plan::StepInput>(mount.input);
  });
}

cache::KeyParts run_step_key(Workshop& shop, const plan::Step& step, StepInputs& inputs,
                             bool quick) {
  const auto& op = std::get<plan::RunOp>(step.op);
  cache::KeyParts parts =
      cache::run_key(op, key_scope(shop, step, inputs), mount_digests(shop, op, inputs, quick));
  if (quick) parts.add("strength", "quick");
  return parts;
}

layer::WrittenLayer run_step(Workshop& shop, const plan::Step& step, StepInputs& inputs) {
  const auto& op = std::get<plan::RunOp>(step.op);
  const std::vector<oci::DiffId> below = inputs.parent_layers(step).list();
  const auto blob = [&](const oci::DiffId& id) { return shop.layers.blob(id, inputs.stop()); };
  PreparedMounts mounts = prepare_mounts(shop, step, inputs);
  snapshot::WritableRoot root = shop.snapshots.create(below, blob, inputs.stop());
  const layer::LayerStack lower = shop.layers.stack(below, inputs.stop());
  root.match_root(lower);
  sandbox::SandboxSpec spec = make_spec(op, mounts);
  spec.root = root.spec();

  const SecretMask mask(mounts.secret_values);
  LineSplitter lines(
      [&](int stream, const std::string& line) {
        shop.events(StepOutput{step.id, stream, mask.apply(line)});
      },
      [&](std::string_view text) { return mask.unfinished(text); });
  const sandbox::ExitStatus status = sandbox::run(
      spec, shop.probe, [&](int stream, std::string_view bytes) { lines.add(stream, bytes); },
      inputs.stop());
  lines.finish();
  if (!status.success()) {
    const bool kept = shop.options.on_kept != nullptr;
    if (kept) keep(shop, step, describe(status), std::move(spec), mounts, root, below);
    fail(step, status, kept);
  }
  const base::Span span("diff", step.label);
  return root.commit(lower, {}, shop.options.layers);
}

}  // namespace cooper::engine
