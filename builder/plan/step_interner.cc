#include "builder/plan/step_interner.h"

#include <string_view>

#include "base/error.h"
#include "base/sha256.h"

namespace cooper::plan {

namespace {

// Fields are written as "<length>:<bytes>", so no value can be taken for another.
class Framed {
 public:
  void text(std::string_view value) {
    out_ += std::to_string(value.size());
    out_ += ':';
    out_ += value;
  }
  void number(std::uint64_t value) { text(std::to_string(value)); }
  void texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const std::string& value : values) text(value);
  }
  void optional(const std::optional<std::string>& value) {
    number(value ? 1 : 0);
    if (value) text(*value);
  }
  void input(const Input& input) {
    number(input.index());
    if (const auto* context = std::get_if<ContextInput>(&input)) number(context->context);
    if (const auto* step = std::get_if<StepInput>(&input)) number(step->step);
  }
  void platform(const oci::Platform& platform) {
    text(platform.os);
    text(platform.architecture);
    text(platform.variant);
    text(platform.os_version);
    texts(platform.os_features);
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

template <class Enum>
std::uint64_t rank(Enum value) {
  return static_cast<std::uint64_t>(value);
}

void write(Framed& out, const ScratchOp&) { out.text("scratch"); }

void write(Framed& out, const BaseOp& op) {
  out.text("base");
  out.number(op.image);
}

void write(Framed& out, const WorkdirOp& op) {
  out.text("workdir");
  out.text(op.path);
  out.text(op.user);
}

void write(Framed& out, const MountOp& mount) {
  out.number(rank(mount.type));
  out.text(mount.target);
  out.text(mount.source);
  out.input(mount.input);
  out.number(mount.readonly ? 1 : 0);
  out.text(mount.id);
  out.optional(mount.env);
  out.number(mount.required ? 1 : 0);
  out.number(mount.mode);
  out.number(mount.uid);
  out.number(mount.gid);
  out.number(mount.tmpfs_size);
  out.number(rank(mount.sharing));
}

void write(Framed& out, const RunOp& op) {
  out.text("run");
  out.texts(op.argv);
  out.number(op.script ? 1 : 0);
  if (op.script) {
    out.text(op.script->name);
    out.text(op.script->body);
  }
  out.texts(op.env);
  out.text(op.user);
  out.text(op.cwd);
  out.number(op.mounts.size());
  for (const MountOp& mount : op.mounts) write(out, mount);
  out.number(rank(op.network));
  out.number(rank(op.security));
  out.text(op.hostname);
  out.texts(op.settings.extra_hosts);
  out.number(op.settings.shm_size);
  out.number(op.settings.ulimits.size());
  for (const Ulimit& limit : op.settings.ulimits) {
    out.text(limit.name);
    out.text(std::to_string(limit.soft) + ":" + std::to_string(limit.hard));
  }
}

void write(Framed& out, const CopyOp& op) {
  out.text(op.add ? "add" : "copy");
  out.input(op.from);
  out.number(op.sources.size());
  for (const CopySource& source : op.sources) {
    out.number(rank(source.kind));
    out.text(source.path);
    out.text(source.content);
  }
  out.text(op.destination);
  out.text(op.chown);
  out.text(op.chmod);
  out.texts(op.excludes);
  out.text(op.checksum);
  out.number(op.link ? 1 : 0);
  out.number(op.parents ? 1 : 0);
  out.number(op.keep_git_dir ? 1 : 0);
  out.number(op.unpack ? (*op.unpack ? 2U : 1U) : 0U);
}

}  // namespace

std::string canonical_text(const Step& step) {
  Framed out;
  out.number(step.parent ? 1 : 0);
  if (step.parent) out.number(*step.parent);
  out.platform(step.platform);
  std::visit([&](const auto& op) { write(out, op); }, step.op);
  return out.take();
}

StepId StepInterner::intern(std::vector<Step>& steps, Step step) {
  const std::string text = canonical_text(step);
  bytes_ += text.size();
  if (bytes_ > kMaxStepBytes) {
    throw base::Error(base::ErrorKind::limit, "plan", step.label,
                      "the steps are larger than 512 MiB in all");
  }
  const auto [found, added] = ids_.emplace(base::sha256_hex(text), steps.size());
  if (!added) {
    steps[found->second].no_cache = steps[found->second].no_cache || step.no_cache;
    return found->second;
  }
  step.id = steps.size();
  steps.push_back(std::move(step));
  return found->second;
}

}  // namespace cooper::plan
