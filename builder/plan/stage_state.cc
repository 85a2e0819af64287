#include "builder/plan/stage_state.h"

#include <algorithm>

#include "base/path.h"

namespace cooper::plan {

namespace {

// The count of history entries with a layer must equal the layers (row M14); images of some tools
// have none.
void complete_history(std::vector<oci::History>& history, std::size_t layers) {
  std::size_t with_layer = 0;
  for (oci::History& entry : history) {
    if (entry.empty_layer) continue;
    if (with_layer == layers) {
      entry.empty_layer = true;
    } else {
      ++with_layer;
    }
  }
  for (; with_layer < layers; ++with_layer) {
    oci::History entry;
    entry.comment = "layer of the base image";
    history.push_back(std::move(entry));
  }
}

}  // namespace

bool has_layers(const BaseImage& image) { return !image.layers.empty(); }

StageState state_of_image(const BaseImage& image, const oci::Platform& platform) {
  StageState state;
  state.platform = platform;
  state.config = image.config;
  state.config.created.clear();
  state.config.diff_ids.clear();
  state.config.extra_json = "{}";
  state.config.extra_config_json = "{}";
  complete_history(state.config.history, image.layers.size());
  return state;
}

StageState empty_state(const oci::Platform& platform) {
  StageState state;
  state.platform = platform;
  state.config.platform = platform;
  state.config.config.working_dir = "/";
  return state;
}

void begin_stage(StageState& state) {
  std::vector<std::string>& env = state.config.config.env;
  if (!oci::env_value(env, "PATH") && state.platform.os != "windows") {
    oci::set_env(env, "PATH", kDefaultPath);
  }
  for (const std::string& entry : env) {
    const std::size_t equals = entry.find('=');
    const std::string_view text = entry;
    if (equals == std::string::npos) {
      state.scope.set(text, "");  // row A11
    } else {
      state.scope.set(text.substr(0, equals), text.substr(equals + 1));
    }
  }
  state.config.config.on_build.clear();
}

}  // namespace cooper::plan
