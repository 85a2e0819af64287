// What `cooper build` was asked for, before anything is done.
#pragma once

#include <string>
#include <vector>

#include "cli/build_options.h"

namespace cooper::cli {

struct BuildArguments {
  BuildOptions shared;
  std::string context;
  std::string file;
  std::string target;
  std::vector<std::string> tags, build_args, labels, annotations, contexts, platforms,
      no_cache_filter;
  std::string iid_file;
};

// What decides about the image: -f, --target, --build-arg, --build-context, --label, --annotation,
// --platform.
void add_input_arguments(CLI::App& command, BuildArguments& arguments);
void add_build_arguments(CLI::App& command, BuildArguments& arguments);

// Reads files of secrets, and a Dockerfile on standard input. Throws base::Error(usage).
[[nodiscard]] BuildRequest build_request(const BuildArguments& arguments);

}  // namespace cooper::cli
