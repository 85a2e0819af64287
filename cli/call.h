// --call and --check: questions about a build, answered without building.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/build.h"

namespace cooper::cli {

struct Call {
  enum class Method { build, check, outline, targets } method = Method::build;
  bool json = false;
  bool ignore_status = false;  // warnings do not make the exit code 1
};

// "check", "outline,format=json", "check,ignorestatus=true"; "lint" is "check". Throws
// base::Error(usage).
[[nodiscard]] Call parse_call(const std::string& text);

// One stage of a Dockerfile, for "targets".
struct CalledStage {
  std::string name, description, base, platform;
  bool is_default = false;
  dockerfile::SourceRange where;
};

// What is known of one target of the request.
struct CalledTarget {
  std::string name;       // bake target; "" for build
  std::string file_name;  // of its Dockerfile
  std::string text;       // of its Dockerfile
  std::vector<plan::Diagnostic> diagnostics;
  plan::Outline outline;
  std::vector<CalledStage> stages;
  std::optional<base::Error> error;  // what would end the build before its first step
};

// In the order of the request. Throws base::Error for what goes wrong before a Dockerfile is read.
[[nodiscard]] std::vector<CalledTarget> call_targets(const Call& call, BuildRequest request,
                                                     BuildTools& tools, std::stop_token stop);

}  // namespace cooper::cli
