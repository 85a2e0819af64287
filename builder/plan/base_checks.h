// Checks of FROM lines and base images: InvalidDefaultArgInFrom, RedundantTargetPlatform,
// FromPlatformFlagConstDisallowed, InvalidBaseImagePlatform.
#pragma once

#include <string>

#include "builder/plan/global_scope.h"

namespace cooper::plan {

// All stages, as if no build argument was given.
void check_default_arguments(const TargetRequest& request, const check::Reporter& reporter);

// `expansion` is that of the stage's --platform.
void check_platform_flag(const dockerfile::Stage& stage, const dockerfile::Expansion& expansion,
                         const GlobalScope& globals, const check::Reporter& reporter);

// `name` as FROM has it, variables expanded.
void check_base_platform(const std::string& name, const oci::Platform& expected,
                         const oci::Platform& actual, const dockerfile::Instruction& from,
                         const check::Reporter& reporter);

}  // namespace cooper::plan
