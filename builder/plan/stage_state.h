// What a stage has become after some of its instructions: its file system (a step), its image
// configuration and its variables. A stage built FROM another begins with a copy of that one's last
// state.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/check/install_order.h"
#include "builder/plan/build_graph.h"
#include "builder/plan/scope.h"

namespace cooper::plan {

inline constexpr const char* kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// An ARG of the stage, with the value that was in effect when it was declared.
struct DeclaredArg {
  std::string name;
  std::optional<std::string> value;
};

struct StageState {
  StepId result = 0;
  oci::Platform platform;
  oci::ImageConfig config;           // history is the base image's alone; no created, no diff_ids
  std::vector<HistoryItem> history;  // after the base image's
  Scope scope;
  std::vector<DeclaredArg> args;
  bool workdir_set = false;  // by this Dockerfile, not by a base image
  check::InstallState installs;
};

// A state that begins with an outside image's configuration (row F6), or with none (rows A10, F7).
[[nodiscard]] StageState state_of_image(const BaseImage& image, const oci::Platform& platform);
[[nodiscard]] StageState empty_state(const oci::Platform& platform);

// Before the first instruction of a stage: PATH is always set, the scope holds the configuration's
// Env.
void begin_stage(StageState& state);

// True if the image has no layers: it then is "scratch" with a configuration (row F7).
[[nodiscard]] bool has_layers(const BaseImage& image);

}  // namespace cooper::plan
