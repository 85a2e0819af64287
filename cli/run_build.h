// Runs a build and reports: progress on stderr, digests on stdout, the metadata file. Shared by
// `build` and `bake`.
#pragma once

#include <functional>
#include <optional>
#include <set>

#include "builder/build.h"
#include "cli/build_options.h"
#include "cli/globals.h"

namespace cooper::cli {

struct Session;

// In the place of the usual exports.
using Exporter = std::function<std::vector<export_::ExportOutcome>(
    Session& session, const std::vector<export_::ExportJob>& jobs, std::stop_token stop)>;

// Builds, and shows how it goes. `silent`: names of targets that are built for others and not
// reported. `session` is one that is open already, so that its connections and tokens are used on.
// Throws base::Error.
[[nodiscard]] BuildReport run_build(const BuildRequest& request, const BuildOptions& options,
                                    const Globals& globals,
                                    const std::set<std::string>& silent = {},
                                    const Exporter& exporter = {}, Session* session = nullptr);

// --call: builds nothing, prints the answers on stdout; `exit_code` is kFailure if a check found
// something. `bake_json` is what `bake --print` says of the targets; absent for `build`. Throws
// base::Error, after the printing for what would end the build.
void run_call(const Call& call, const BuildRequest& request, const Globals& globals, int& exit_code,
              const std::set<std::string>& silent = {},
              const std::optional<std::string>& bake_json = std::nullopt);

// What buildx writes with --metadata-file: for one build its object, for a bake an object of
// targets. Ends with a newline.
[[nodiscard]] std::string metadata_json(const BuildReport& report, bool bake);

// Throws base::Error.
void write_host_file(const std::string& path, const std::string& text);

}  // namespace cooper::cli
