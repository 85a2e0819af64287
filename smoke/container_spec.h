// From an image's configuration and what a smoke file adds to it, to what the sandbox runs. Pure.
#pragma once

#include <string>
#include <vector>

#include "builder/sandbox/sandbox_spec.h"
#include "oci/image_config.h"
#include "smoke/smoke_file.h"

namespace cooper::smoke {

// Where mounts come from.
struct MountPlaces {
  std::vector<std::string> main_layers;  // unpacked layers of the main image, top first
  std::string base_directory;            // absolute, of the host
};

// Everything but the root and the network. As engines start images: Entrypoint and Cmd joined, the
// image's environment with PATH if it has none, its user and working directory. Throws
// base::Error(usage) when the image names no program.
[[nodiscard]] sandbox::SandboxSpec make_container_spec(const std::string& name,
                                                       const oci::RunConfig& config,
                                                       const ContainerSettings& settings,
                                                       const MountPlaces& places);

// The number of the image's stop signal, SIGTERM if it names none. Throws base::Error(unsupported)
// for an unknown one.
[[nodiscard]] int stop_signal_of(const oci::RunConfig& config);

}  // namespace cooper::smoke
