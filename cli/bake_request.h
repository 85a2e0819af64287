// The targets of a bake file as one request to build. Made in bake_command.cc.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "builder/bake/bake_file.h"
#include "builder/build.h"
#include "cli/build_options.h"

namespace cooper::cli {

struct BakeRequest {
  BuildRequest request;
  std::set<std::string> silent;  // targets that are built for others and not reported
};

// Empty `targets` means the group "default". Throws base::Error.
[[nodiscard]] BakeRequest make_bake_request(const bake::BakeFile& file,
                                            const std::vector<std::string>& targets,
                                            const BuildOptions& options);

}  // namespace cooper::cli
