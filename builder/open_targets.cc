#include "builder/open_targets.h"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "base/path.h"
#include "base/within_limit.h"
#include "builder/context/build_files.h"
#include "builder/context/git_checkout.h"
#include "builder/context_facts.h"
#include "builder/engine/stage_tree.h"

namespace cooper {
namespace {

using base::Error;
using base::ErrorKind;
using context::ContextKind;

bool in_git_work_tree(std::string directory) {
  for (;;) {
    struct stat status = {};
    if (::stat((directory + "/.git").c_str(), &status) == 0) return true;
    if (directory.size() <= 1) return false;
    const std::string_view parent = base::parent_path(directory);
    directory = parent.empty() ? "/" : std::string(parent);
  }
}

context::Modes modes_of(const BuildRequest& request, const OpenContext& context) {
  if (context.checked_out) return context::Modes::normalize;
  if (request.modes == ModePolicy::keep) return context::Modes::keep;
  if (request.modes == ModePolicy::normalize || request.layers.clamp_mtime)
    return context::Modes::normalize;
  return in_git_work_tree(context.directory) ? context::Modes::normalize : context::Modes::keep;
}

// The Dockerfile of a target; targets with the same one share the parsed value.
class DockerfileReader {
 public:
  explicit DockerfileReader(const BuildTools& tools) : tools_(tools) {}

  void read(const BuildTarget& target, OpenTarget& open) {
    const context::DockerfileText text = text_of(target, open.contexts.at(""));
    if (tools_.on_dockerfile) tools_.on_dockerfile(target.name, text.display_name, text.text);
    auto& known = files_[{text.display_name, text.text}];
    if (!known) {
      known = std::make_shared<const dockerfile::Dockerfile>(
          dockerfile::parse_dockerfile(text.text, text.display_name));
    }
    open.file = known;
    open.dockerfile_path = text.path;
  }

 private:
  static context::DockerfileText text_of(const BuildTarget& target, const OpenContext& context) {
    const std::string& file = target.dockerfile;
    if (target.dockerfile_text)
      return {*target.dockerfile_text, file.empty() ? "Dockerfile (inline)" : file, ""};
    if (context.dockerfile_text) {
      if (!file.empty()) {
        throw Error(ErrorKind::usage, "read Dockerfile", file,
                    "standard input and -f both name a Dockerfile");
      }
      return {*context.dockerfile_text, "Dockerfile (stdin)", ""};
    }
    const std::string name = target.context == "-"
                                 ? "on standard input"
                                 : "'" + context::without_password(target.context) + "'";
    if (context.checked_out) return context::read_dockerfile_beneath(context.directory, file, name);
    if (context.tree) return text_in_tree(*context.tree, file, context.dockerfile, name);
    return context::read_dockerfile(context.directory, file,
                                    target.dockerfile_in_context ? context.directory : ".");
  }

  static context::DockerfileText text_in_tree(layer::FileTree& tree, const std::string& file,
                                              const std::string& only,
                                              const std::string& context_name) {
    for (const std::string& name : context::dockerfile_names(only.empty() ? file : only)) {
      const std::string path = base::clean_below_root(name);
      if (auto text = base::within(base::Limit::dockerfile_bytes, [&](std::uint64_t most) {
            return engine::read_small_file(tree, path, most);
          }))
        return {std::move(*text), path, ""};
    }
    throw context::no_dockerfile(file, context_name);
  }

  const BuildTools& tools_;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const dockerfile::Dockerfile>>
      files_;
};

// The requests that targets became: the result of a target is that for the platform it is used on.
class RequestNames {
 public:
  void add(const std::string& target, const oci::Platform& platform, const std::string& request) {
    names_[target].emplace_back(platform, request);
  }

  // `several`: the user is built for several platforms itself.
  [[nodiscard]] std::string find(const std::string& target, const oci::Platform& platform,
                                 bool several) const {
    const auto found = names_.find(target);
    if (found == names_.end()) return target;  // the planner refuses it
    for (const auto& [have, request] : found->second) {
      if (have == platform) return request;
    }
    if (found->second.size() == 1 && !several) return found->second.front().second;
    throw Error(ErrorKind::usage, "use the result of target", target,
                "it is not built for " + oci::to_string(platform))
        .with_hint("give it the platforms of the target that uses it");
  }

 private:
  std::map<std::string, std::vector<std::pair<oci::Platform, std::string>>> names_;
};

// What one target asks for on one of its platforms.
struct PlatformOf {
  oci::Platform platform;
  bool given = false;
  bool several = false;
};

std::vector<PlatformOf> platforms_of(const BuildTarget& target, const oci::Platform& host) {
  if (target.platforms.empty()) return {{host, false, false}};
  std::vector<PlatformOf> all;
  for (const std::string& text : target.platforms) {
    const oci::Platform platform = oci::normalize(oci::parse_platform(text, host));
    const bool known = std::ranges::any_of(
        all, [&](const PlatformOf& other) { return other.platform == platform; });
    if (!known) all.push_back({platform, true, false});
  }
  for (PlatformOf& one : all) one.several = all.size() > 1;
  return all;
}

void add_named_context(const std::string& name, const std::string& text, ContextOpener& opener,
                       OpenTarget& open, const RequestNames& names, plan::TargetRequest& request) {
  switch (context::classify_context(text)) {
    case ContextKind::oci_layout:
    case ContextKind::docker_image: request.image_contexts[name] = text; return;
    case ContextKind::target:
      request.target_contexts[name] = names.find(text.substr(std::string_view("target:").size()),
                                                 request.platform, request.show_platform);
      return;
    case ContextKind::stdin_tar:
      throw Error(ErrorKind::usage, "open build context", name,
                  "standard input can only be the main context");
    default: break;
  }
  const OpenContext& context = opener.open_named(text);
  open.contexts[name] = context;
  request.local_contexts.insert(name);
  request.context_identity[name] = context.identity;
}

bool is_true(const std::map<std::string, std::string>& arguments, const char* name) {
  const auto found = arguments.find(name);
  return found != arguments.end() && (found->second == "1" || found->second == "true");
}

// As BuildKit: the files of a main context have the time of the commit when there is an epoch.
GitWishes git_wishes(const std::map<std::string, std::string>& arguments) {
  const auto epoch = arguments.find("SOURCE_DATE_EPOCH");
  return {is_true(arguments, "BUILDKIT_CONTEXT_KEEP_GIT_DIR"),
          epoch != arguments.end() && !epoch->second.empty()};
}

plan::TargetRequest plan_request(const BuildRequest& all, const BuildTarget& target,
                                 const PlatformOf& wanted, const RequestNames& names,
                                 ContextOpener& opener, OpenTarget& open) {
  plan::TargetRequest request;
  request.name = target.name;
  request.show_platform = wanted.several;
  if (wanted.several)
    request.name += (target.name.empty() ? "" : " ") + oci::to_string(wanted.platform);
  request.file = open.file.get();
  request.target_stage = target.stage;
  request.build_args = target.build_args;
  request.labels = target.labels;
  request.no_cache = target.no_cache;
  request.no_cache_stages = target.no_cache_stages;
  request.allow_host_network = target.allow_host_network;
  request.allow_insecure = target.allow_insecure;
  request.network = target.network;
  request.run_settings = target.run_settings;
  request.build_platform = all.host;
  request.platform_given = wanted.given;
  request.platform = wanted.platform;
  // The ignore file belongs to the Dockerfile, so one directory seen through two Dockerfiles is two
  // contexts.
  request.main_context = open.contexts.at("").identity + "\n" + open.dockerfile_path;
  request.all_stages = target.all_stages;
  request.facts = open.facts.get();
  for (const auto& [name, text] : target.contexts) {
    add_named_context(name, text, opener, open, names, request);
  }
  return request;
}

}  // namespace

OpenTargets open_targets(const BuildRequest& request, BuildTools& tools, std::stop_token stop) {
  OpenTargets open;
  open.request = &request;
  open.store = &tools.store;
  ContextOpener opener(request, tools, std::move(stop));
  DockerfileReader reader(tools);
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const check::ContextFacts>> facts;
  RequestNames names;
  for (std::size_t i = 0; i < request.targets.size(); ++i) {
    const BuildTarget& target = request.targets[i];
    OpenTarget one;
    const OpenContext& context = one.contexts[""] =
        opener.open(target.context, git_wishes(target.build_args));
    reader.read(target, one);
    auto& known = facts[{context.identity, one.dockerfile_path}];
    if (!known) {
      known = context.tree || context.checked_out
                  ? std::make_shared<const check::ContextFacts>()
                  : read_context_facts(context.directory, one.dockerfile_path);
    }
    one.facts = known;
    for (const PlatformOf& wanted : platforms_of(target, request.host)) {
      OpenTarget for_platform = one;
      open.requests.push_back(plan_request(request, target, wanted, names, opener, for_platform));
      open.targets.push_back(std::move(for_platform));
      open.owners.push_back(i);
    }
    for (std::size_t k = 0; k < open.requests.size(); ++k) {
      if (open.owners[k] == i)
        names.add(target.name, oci::normalize(open.requests[k].platform), open.requests[k].name);
    }
  }
  return open;
}

std::vector<std::shared_ptr<layer::FileTree>> OpenTargets::open_contexts(
    const plan::BuildGraph& graph) {
  std::vector<std::shared_ptr<layer::FileTree>> trees;
  for (const plan::ContextUse& use : graph.contexts) {
    const OpenTarget& target = targets.at(use.request);
    const OpenContext& context = target.contexts.at(use.name);
    trees.push_back(context.tree ? context.tree : open_directory(context, use, target));
  }
  return trees;
}

std::shared_ptr<layer::FileTree> OpenTargets::open_directory(const OpenContext& context,
                                                             const plan::ContextUse& use,
                                                             const OpenTarget& target) {
  const std::string& directory = context.directory;
  auto& index = indexes[directory];
  if (!index)
    index = std::make_unique<context::StatIndex>(context::StatIndex::load(*store, directory));
  const std::string name = use.name.empty() ? "build context" : "build context '" + use.name + "'";
  // A named context has its own ignore file (row I7), what came from outside has none.
  dockerfile::IgnoreRules ignore;
  if (!context.checked_out) {
    ignore = context::read_ignore_rules(directory, use.name.empty() ? target.dockerfile_path : "");
  }
  const context::LocalContextOptions options{modes_of(*request, context), request->layers.threads};
  return context::open_local_context(directory, name, std::move(ignore), *index, options);
}

void OpenTargets::save_indexes(const store::Store& to) {
  std::set<std::string> passing;  // directories that go with this build
  for (const OpenTarget& target : targets) {
    for (const auto& [name, context] : target.contexts)
      if (context.checked_out) passing.insert(context.directory);
  }
  for (const auto& [directory, index] : indexes)
    if (!passing.contains(directory)) index->save(to);
}

}  // namespace cooper
