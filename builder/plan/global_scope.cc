#include "builder/plan/global_scope.h"

#include <array>
#include <string_view>

#include "base/suggest.h"
#include "builder/plan/at_spot.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

void add_platform(Pairs& out, const std::string& prefix, const oci::Platform& platform) {
  out.emplace_back(prefix + "PLATFORM", oci::to_string(platform));
  out.emplace_back(prefix + "OS", platform.os);
  out.emplace_back(prefix + "OSVERSION", platform.os_version);
  out.emplace_back(prefix + "ARCH", platform.architecture);
  out.emplace_back(prefix + "VARIANT", platform.variant);
}

Pairs platform_arguments(const TargetRequest& request) {
  std::string target = request.target_stage;
  if (target.empty() && !request.file->stages.empty()) target = request.file->stages.back().name;
  Pairs out;
  add_platform(out, "BUILD", request.build_platform);
  add_platform(out, "TARGET", request.platform);
  out.emplace_back("TARGETSTAGE", target.empty() ? "default" : target);
  return out;
}

constexpr std::array<std::string_view, 5> kProxies = {"http_proxy", "https_proxy", "ftp_proxy",
                                                      "no_proxy", "all_proxy"};

constexpr std::array<std::string_view, 22> kPredefined = {"TARGETPLATFORM",
                                                          "TARGETOS",
                                                          "TARGETARCH",
                                                          "TARGETVARIANT",
                                                          "TARGETOSVERSION",
                                                          "BUILDPLATFORM",
                                                          "BUILDOS",
                                                          "BUILDARCH",
                                                          "BUILDVARIANT",
                                                          "BUILDOSVERSION",
                                                          "TARGETSTAGE",
                                                          "BUILDKIT_BUILD_NAME",
                                                          "BUILDKIT_CACHE_MOUNT_NS",
                                                          "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
                                                          "BUILDKIT_INLINE_CACHE",
                                                          "BUILDKIT_MULTI_PLATFORM",
                                                          "BUILDKIT_SANDBOX_HOSTNAME",
                                                          "BUILDKIT_SYNTAX",
                                                          "BUILDKIT_DOCKERFILE_CHECK",
                                                          "BUILDKIT_SBOM_SCAN_CONTEXT",
                                                          "BUILDKIT_SBOM_SCAN_STAGE",
                                                          "SOURCE_DATE_EPOCH"};

}  // namespace

bool is_proxy_argument(const std::string& name) {
  const std::string lower = lower_case(name);
  for (const std::string_view proxy : kProxies) {
    if (lower == proxy) return true;
  }
  return false;
}

bool is_predefined_argument(const std::string& name) {
  for (const std::string_view predefined : kPredefined) {
    if (name == predefined) return true;
  }
  return is_proxy_argument(name);
}

namespace {

GlobalScope make_scope(const TargetRequest& request,
                       const std::map<std::string, std::string>& build_args) {
  GlobalScope scope;
  for (const auto& [name, value] : platform_arguments(request)) {
    const auto given = build_args.find(name);
    scope.values.set(name, given == build_args.end() ? value : given->second);
  }
  const auto lookup = [&](std::string_view name) { return scope.values.get(name); };
  const char escape = request.file->directives.escape;
  for (const dockerfile::Instruction& instruction : request.file->global_args) {
    const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload);
    if (arg == nullptr) continue;
    for (const auto& [name, value] : arg->args) {
      scope.declared.insert(name);
      const auto given = build_args.find(name);
      if (given != build_args.end()) {
        scope.values.set(name, given->second);
      } else if (value) {
        const std::string& text = *value;
        scope.values.set(name, at_spot(*request.file, instruction.where, [&] {
                           return dockerfile::expand(text, lookup, escape).text;
                         }));
      }
    }
  }
  return scope;
}

}  // namespace

GlobalScope make_global_scope(const TargetRequest& request) {
  return make_scope(request, request.build_args);
}

GlobalScope make_default_scope(const TargetRequest& request) { return make_scope(request, {}); }

dockerfile::Expansion expand_global(const std::string& text, const GlobalScope& scope, char escape,
                                    const dockerfile::Instruction& from,
                                    const check::Reporter& reporter) {
  const auto lookup = [&](std::string_view name) { return scope.values.get(name); };
  dockerfile::Expansion expansion = dockerfile::expand(text, lookup, escape);
  for (const std::string& name : expansion.unset) {
    if (scope.declared.count(name) != 0) continue;
    std::vector<std::string> known = scope.values.names();
    known.insert(known.end(), scope.declared.begin(), scope.declared.end());
    std::string message = "FROM argument '" + name + "' is not declared";
    if (const auto near = base::nearest_name(name, known))
      message += " (did you mean " + *near + "?)";
    reporter.report("UndefinedArgInFrom", std::move(message), from);
  }
  return expansion;
}

}  // namespace cooper::plan
