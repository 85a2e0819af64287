#include "builder/plan/base_checks.h"

#include <optional>

#include "base/error.h"
#include "builder/check/file_checks.h"

namespace cooper::plan {

namespace {

using check::quoted;

std::optional<oci::Platform> try_parse_platform(const std::string& text) {
  try {
    return oci::parse_platform(text, oci::Platform{"linux", "amd64"});
  } catch (const base::Error&) {  // told where it is used
    return std::nullopt;
  }
}

void check_constant(const dockerfile::Stage& stage, const std::string& text,
                    const check::Reporter& reporter) {
  const auto platform = try_parse_platform(text);
  if (!platform) return;
  // A name that tells the platform shows that it is meant.
  if (stage.name.find(platform->os) != std::string::npos ||
      stage.name.find(platform->architecture) != std::string::npos)
    return;
  reporter.report("FromPlatformFlagConstDisallowed",
                  "FROM --platform flag should not use constant value " + quoted(text), stage.from);
}

}  // namespace

void check_default_arguments(const TargetRequest& request, const check::Reporter& reporter) {
  std::optional<GlobalScope> scope;
  const char escape = request.file->directives.escape;
  try {
    scope = make_default_scope(request);
  } catch (const base::Error&) {  // ${NAME:?} without a value: it must be given
    return;
  }
  const auto lookup = [&](std::string_view name) { return scope->values.get(name); };
  for (const dockerfile::Stage& stage : request.file->stages) {
    const std::string& written = std::get<dockerfile::From>(stage.from.payload).image;
    try {
      if (oci::try_parse_reference(dockerfile::expand(written, lookup, escape).text)) continue;
    } catch (const base::Error&) {
      return;
    }
    reporter.report(
        "InvalidDefaultArgInFrom",
        "Default value for ARG " + written + " results in empty or invalid base image name",
        stage.from);
  }
}

void check_platform_flag(const dockerfile::Stage& stage, const dockerfile::Expansion& expansion,
                         const GlobalScope& globals, const check::Reporter& reporter) {
  if (expansion.used.empty() && expansion.unset.empty()) {
    check_constant(stage, expansion.text, reporter);
    return;
  }
  if (!expansion.unset.empty() || expansion.used.size() != 1) return;
  if (expansion.used.front() != "TARGETPLATFORM") return;
  if (globals.values.get("TARGETPLATFORM") != expansion.text) return;
  const auto& from = std::get<dockerfile::From>(stage.from.payload);
  reporter.report("RedundantTargetPlatform",
                  "Setting platform to predefined " + *from.platform +
                      " in FROM is redundant as this is the default behavior",
                  stage.from);
}

void check_base_platform(const std::string& name, const oci::Platform& expected,
                         const oci::Platform& actual, const dockerfile::Instruction& from,
                         const check::Reporter& reporter) {
  if (expected.os == actual.os && expected.architecture == actual.architecture) return;
  reporter.report("InvalidBaseImagePlatform",
                  "Base image " + name + " was pulled with platform " +
                      quoted(oci::to_string(oci::normalize(actual))) + ", expected " +
                      quoted(oci::to_string(oci::normalize(expected))) + " for current build",
                  from);
}

}  // namespace cooper::plan
