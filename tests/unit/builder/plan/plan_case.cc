#include "plan_case.h"

#include <sstream>
#include <stdexcept>

namespace cooper::plan {

BaseImage make_image(const std::string& name, const std::function<void(oci::RunConfig&)>& change) {
  oci::Descriptor manifest{"application/vnd.oci.image.manifest.v1+json",
                           oci::Digest::of_bytes("manifest " + name), 7};
  oci::Descriptor layer{"application/vnd.oci.image.layer.v1.tar+gzip",
                        oci::Digest::of_bytes("layer " + name), 9};
  oci::ImageConfig config;
  config.platform = {"linux", "amd64"};
  config.created = "2020-01-01T00:00:00Z";
  config.diff_ids = {oci::DiffId::of_bytes("layer " + name)};
  oci::History history;
  history.created_by = "base layer of " + name;
  config.history = {history};
  if (change) change(config.config);
  return BaseImage{name, oci::Reference{"example.org", "x", "1"}, manifest, {layer}, config};
}

PlanCase::PlanCase(std::string_view dockerfile) {
  requests.emplace_back();
  request().name = "t";
  request().file = add_file(dockerfile, "Dockerfile");
  request().main_context = "ctx";
  request().platform = {"linux", "amd64"};
  request().build_platform = {"linux", "amd64"};
}

const dockerfile::Dockerfile* PlanCase::add_file(std::string_view text, const std::string& name) {
  files_.push_back(dockerfile::parse_dockerfile(text, name));
  return &files_.back();
}

TargetRequest& PlanCase::add_request(const std::string& name) {
  TargetRequest next = requests.front();
  next.name = name;
  requests.push_back(std::move(next));
  return requests.back();
}

Plan PlanCase::plan() {
  ResolvedImages resolved;
  for (int round = 0; round < 20; ++round) {
    const std::vector<ExternalImage> missing = list_external_images(requests, resolved);
    if (missing.empty()) return make_plan(requests, resolved);
    for (const ExternalImage& image : missing) {
      resolved_names.push_back(image.location);
      const auto given = images.find(image.location);
      resolved.emplace(image.key,
                       given == images.end() ? make_image(image.location) : given->second);
    }
  }
  throw std::logic_error("images without end");
}

std::string PlanCase::error() {
  try {
    static_cast<void>(plan());
    return "";
  } catch (const base::Error& error) {
    std::string out = error.spot() ? std::to_string(error.spot()->line) + ": " : "";
    out += error.what();
    return error.hint().empty() ? out : out + " | " + error.hint();
  }
}

const oci::RunConfig& config_of(const Plan& plan) {
  return plan.graph.targets.front().config.config;
}

std::vector<std::string> history_of(const Plan& plan) {
  std::vector<std::string> out;
  for (const HistoryItem& item : plan.graph.targets.front().history) out.push_back(item.created_by);
  return out;
}

namespace {

template <class Kind>
const Kind& last_op(const Plan& plan) {
  for (std::size_t i = plan.graph.steps.size(); i-- > 0;) {
    if (const auto* op = std::get_if<Kind>(&plan.graph.steps[i].op)) return *op;
  }
  throw std::logic_error("no such step");
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string text_of(const Input& input) {
  if (const auto* context = std::get_if<ContextInput>(&input)) {
    return "context " + std::to_string(context->context);
  }
  if (const auto* step = std::get_if<StepInput>(&input))
    return "step " + std::to_string(step->step);
  return "nothing";
}

std::string text_of(const Step& step, const BuildGraph& graph) {
  if (const auto* base = std::get_if<BaseOp>(&step.op)) return graph.images[base->image].name;
  if (const auto* dir = std::get_if<WorkdirOp>(&step.op)) {
    return "mkdir " + dir->path + (dir->user.empty() ? "" : " owned by " + dir->user);
  }
  if (const auto* copy = std::get_if<CopyOp>(&step.op)) {
    std::string out = (copy->add ? "add from " : "copy from ") + text_of(copy->from) + ":";
    for (const CopySource& source : copy->sources) out += " " + source.path;
    return out + " -> " + copy->destination + (copy->chown.empty() ? "" : " for " + copy->chown);
  }
  if (const auto* run = std::get_if<RunOp>(&step.op)) {
    std::string out = "run as '" + run->user + "' in " + run->cwd + " [" + joined(run->env) + "] ";
    for (const MountOp& mount : run->mounts) {
      out += "{" + mount.target + " " + mount.id + " " + text_of(mount.input) + "} ";
    }
    return out + joined(run->argv);
  }
  return "scratch";
}

}  // namespace

const RunOp& last_run(const Plan& plan) { return last_op<RunOp>(plan); }
const CopyOp& last_copy(const Plan& plan) { return last_op<CopyOp>(plan); }

std::string environment_of(const RunOp& run) {
  std::vector<std::string> words;
  for (const std::string& entry : run.env) {
    if (!entry.starts_with("PATH=")) words.push_back(entry);
  }
  return joined(words);
}

std::vector<std::string> labels_of(const Plan& plan) {
  std::vector<std::string> out;
  for (const Step& step : plan.graph.steps) out.push_back(step.label);
  return out;
}

std::vector<std::string> remarks_of(const Plan& plan) {
  std::vector<std::string> out;
  for (const Diagnostic& diagnostic : plan.diagnostics) {
    out.push_back(diagnostic.rule + ": " + diagnostic.message);
  }
  return out;
}

std::string dump(const Plan& plan) {
  std::ostringstream out;
  for (const Step& step : plan.graph.steps) {
    out << step.id << (step.parent ? " on " + std::to_string(*step.parent) : "") << "  "
        << step.label << (step.no_cache ? "  (no cache)" : "") << "\n    "
        << text_of(step, plan.graph) << "\n";
  }
  for (const ContextUse& context : plan.graph.contexts) {
    out << "context '" << context.name << "' = " << context.identity << "\n";
  }
  for (const TargetImage& target : plan.graph.targets) {
    const oci::RunConfig& config = target.config.config;
    out << "target " << target.name << " = step " << target.result << " for "
        << oci::to_string(target.platform) << "\n    user '" << config.user << "' in "
        << config.working_dir << "; entrypoint "
        << joined(config.entrypoint.value_or(std::vector<std::string>{})) << "; cmd "
        << joined(config.cmd.value_or(std::vector<std::string>{})) << "; stop "
        << config.stop_signal << "\n    env " << joined(config.env) << "\n";
    for (const HistoryItem& item : target.history) {
      out << "    " << (item.step ? "step " + std::to_string(*item.step) : "-") << "  "
          << item.created_by << "\n";
    }
  }
  return out.str();
}

}  // namespace cooper::plan
