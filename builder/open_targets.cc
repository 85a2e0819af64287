#include "builder/open_targets.h"

#include <sys/stat.h>

#include <algorithm>
#include <climits>
#include <cstdlib>

#include "base/error.h"
#include "base/path.h"
#include "builder/context/build_files.h"
#include "builder/context_facts.h"

namespace cooper {
namespace {

using base::Error;
using base::ErrorKind;
using context::ContextKind;

std::string absolute_directory(const std::string& path) {
  char resolved[PATH_MAX] = {};
  if (::realpath(path.c_str(), resolved) == nullptr) base::throw_errno("open build context", path);
  struct stat status = {};
  if (::stat(resolved, &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw Error(ErrorKind::usage, "open build context", path, "not a directory");
  }
  return resolved;
}

[[noreturn]] void refuse_context(const std::string& text, const char* kind) {
  throw Error(ErrorKind::unsupported, "open build context", text,
              std::string(kind) + " contexts are not supported yet")
      .with_hint("check it out or unpack it into a directory and give that");
}

std::string open_directory(const std::string& text) {
  switch (context::classify_context(text)) {
    case ContextKind::directory: return absolute_directory(text);
    case ContextKind::stdin_tar: refuse_context(text, "tar archive");
    case ContextKind::git: refuse_context(text, "git");
    case ContextKind::http: refuse_context(text, "http");
    default:
      throw Error(ErrorKind::usage, "open build context", text,
                  "an image cannot be the main context");
  }
}

bool in_git_work_tree(std::string directory) {
  for (;;) {
    struct stat status = {};
    if (::stat((directory + "/.git").c_str(), &status) == 0) return true;
    if (directory.size() <= 1) return false;
    const std::string_view parent = base::parent_path(directory);
    directory = parent.empty() ? "/" : std::string(parent);
  }
}

context::Modes modes_of(const BuildRequest& request, const std::string& directory) {
  if (request.modes == ModePolicy::keep) return context::Modes::keep;
  if (request.modes == ModePolicy::normalize || request.layers.clamp_mtime)
    return context::Modes::normalize;
  return in_git_work_tree(directory) ? context::Modes::normalize : context::Modes::keep;
}

// The Dockerfile of a target; targets with the same one share the parsed value.
class DockerfileReader {
 public:
  void read(const BuildTarget& target, OpenTarget& open) {
    context::DockerfileText text;
    if (target.dockerfile_text) {
      text = {*target.dockerfile_text,
              target.dockerfile.empty() ? "Dockerfile (inline)" : target.dockerfile, ""};
    } else {
      text = context::read_dockerfile(open.directories.at(""), target.dockerfile,
                                      target.dockerfile_in_context ? open.directories.at("") : ".");
    }
    auto& known = files_[{text.display_name, text.text}];
    if (!known) {
      known = std::make_shared<const dockerfile::Dockerfile>(
          dockerfile::parse_dockerfile(text.text, text.display_name));
    }
    open.file = known;
    open.dockerfile_path = text.path;
  }

 private:
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

void add_named_context(const std::string& name, const std::string& text, OpenTarget& open,
                       const RequestNames& names, plan::TargetRequest& request) {
  switch (context::classify_context(text)) {
    case ContextKind::directory: {
      const std::string directory = absolute_directory(text);
      open.directories[name] = directory;
      request.local_contexts.insert(name);
      request.context_identity[name] = directory;
      return;
    }
    case ContextKind::oci_layout:
    case ContextKind::docker_image: request.image_contexts[name] = text; return;
    case ContextKind::target:
      request.target_contexts[name] = names.find(text.substr(std::string_view("target:").size()),
                                                 request.platform, request.show_platform);
      return;
    case ContextKind::stdin_tar: refuse_context(text, "tar archive");
    case ContextKind::git: refuse_context(text, "git");
    case ContextKind::http: refuse_context(text, "http");
  }
}

plan::TargetRequest plan_request(const BuildRequest& all, const BuildTarget& target,
                                 const PlatformOf& wanted, const RequestNames& names,
                                 OpenTarget& open) {
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
  request.build_platform = all.host;
  request.platform_given = wanted.given;
  request.platform = wanted.platform;
  // The ignore file belongs to the Dockerfile, so one directory seen through two Dockerfiles is two
  // contexts.
  request.main_context = open.directories.at("") + "\n" + open.dockerfile_path;
  request.all_stages = target.all_stages;
  request.facts = open.facts.get();
  for (const auto& [name, text] : target.contexts) {
    add_named_context(name, text, open, names, request);
  }
  return request;
}

}  // namespace

OpenTargets open_targets(const BuildRequest& request, const store::Store& store) {
  OpenTargets open;
  open.request = &request;
  open.store = &store;
  DockerfileReader reader;
  std::map<std::pair<std::string, std::string>, std::shared_ptr<const check::ContextFacts>> facts;
  RequestNames names;
  for (std::size_t i = 0; i < request.targets.size(); ++i) {
    const BuildTarget& target = request.targets[i];
    OpenTarget one;
    one.directories[""] = open_directory(target.context);
    reader.read(target, one);
    auto& known = facts[{one.directories.at(""), one.dockerfile_path}];
    if (!known) known = read_context_facts(one.directories.at(""), one.dockerfile_path);
    one.facts = known;
    for (const PlatformOf& wanted : platforms_of(target, request.host)) {
      OpenTarget for_platform = one;
      open.requests.push_back(plan_request(request, target, wanted, names, for_platform));
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
    const std::string& directory = target.directories.at(use.name);
    auto& index = indexes[directory];
    if (!index)
      index = std::make_unique<context::StatIndex>(context::StatIndex::load(*store, directory));
    const std::string name =
        use.name.empty() ? "build context" : "build context '" + use.name + "'";
    // A named context has its own ignore file (row I7).
    auto ignore =
        context::read_ignore_rules(directory, use.name.empty() ? target.dockerfile_path : "");
    const context::LocalContextOptions options{modes_of(*request, directory),
                                               request->layers.threads};
    trees.push_back(
        context::open_local_context(directory, name, std::move(ignore), *index, options));
  }
  return trees;
}

void OpenTargets::save_indexes(const store::Store& to) {
  for (const auto& [directory, index] : indexes) index->save(to);
}

}  // namespace cooper
