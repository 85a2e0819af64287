// Options `build` and `bake` share, and their meaning.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "builder/build.h"
#include "cli/call.h"
#include "cli/configuration.h"

namespace cooper::cli {

struct BuildOptions {
  std::string progress = "auto";
  bool quiet = false;
  bool push = false;
  bool no_cache = false;
  std::vector<std::string> outputs;
  std::vector<std::string> secrets;
  std::vector<std::string> add_hosts;
  std::string compression = "gzip";
  int compression_level = 0;
  bool force_compression = false;
  std::string metadata_file;
  unsigned jobs = 0;
  std::string context_modes = "auto";
  std::vector<std::string> allow;
  bool load = false, pull = false;  // what is done always
  bool check = false;
  std::string call;  // --call as given
  std::string network, shm_size;
  std::vector<std::string> ulimits, ssh;
  LimitOptions limits;
  std::string profile;
  std::vector<std::string> cache_from, cache_to;
  std::string cache_scope;
  bool allow_secrets = false;
  std::string on_failure = "discard";  // keep, shell
};

// An option that may be given several times, with one value each.
CLI::Option* add_list(CLI::App& command, const std::string& names, std::vector<std::string>& values,
                      const std::string& description);

// How steps run and layers are written, whatever becomes of the image.
void add_step_options(CLI::App& command, BuildOptions& options);
void add_build_options(CLI::App& command, BuildOptions& options);

// Fills what does not differ between targets: compression, jobs, secrets. Throws
// base::Error(usage).
[[nodiscard]] BuildRequest make_request(const BuildOptions& options);

// SOURCE_DATE_EPOCH of the environment is a build argument of every target that does not have it,
// as in buildx.
void pass_epoch(BuildRequest& request);

// What the options say about the RUN steps of every target. Throws base::Error(usage).
void set_run_options(const BuildOptions& options, BuildTarget& target);

// --allow. Throws base::Error(usage) for a right there is not.
void allow(const std::string& right, BuildTarget& target);

// `type=registry` for --push, else what --output said, else none.
[[nodiscard]] std::vector<export_::Destination> destinations(const BuildOptions& options);

// What --cache-from and --cache-to say, for all targets. Throws base::Error(usage).
void add_caches(const BuildOptions& options, BuildTarget& target);

// --check, --call; Method::build when neither was given. Throws base::Error(usage).
[[nodiscard]] Call call_of(const BuildOptions& options);

// Adds one "id=x,src=y" (or env=NAME) to `secrets`.
void read_secret(const std::string& text, std::map<std::string, std::string>& secrets);

// "NAME=value", or "NAME" with the value from the environment; a name without a value there is left
// out.
[[nodiscard]] std::map<std::string, std::string> read_build_args(
    const std::vector<std::string>& texts);
[[nodiscard]] std::map<std::string, std::string> read_pairs(const std::vector<std::string>& texts,
                                                            const char* option);

}  // namespace cooper::cli
