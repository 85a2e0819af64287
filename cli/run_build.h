// Runs a build and reports: progress on stderr, digests on stdout, the metadata file. Shared by
// `build` and `bake`.
#pragma once

#include <optional>
#include <set>

#include "builder/build.h"
#include "cli/build_options.h"
#include "cli/globals.h"

namespace cooper::cli {

// Builds, and shows how it goes. nullopt with --check: nothing was built, the warnings are on
// stdout, and `exit_code` is kFailure if there are any. `silent`: names of targets that are built
// for others and not reported. Throws base::Error.
[[nodiscard]] std::optional<BuildReport> run_build(const BuildRequest& request,
                                                   const BuildOptions& options,
                                                   const Globals& globals, int& exit_code,
                                                   const std::set<std::string>& silent = {});

// What buildx writes with --metadata-file: for one build its object, for a bake an object of
// targets. Ends with a newline.
[[nodiscard]] std::string metadata_json(const BuildReport& report, bool bake);

// Throws base::Error.
void write_host_file(const std::string& path, const std::string& text);

}  // namespace cooper::cli
