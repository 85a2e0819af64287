// Names of users and groups -> numbers, by the passwd and group files of the image a step works on.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "builder/engine/workshop.h"
#include "builder/plan/build_graph.h"
#include "builder/sandbox/passwd.h"

namespace cooper::engine {

// --chown of a COPY on top of `below`. Names need the image's files, so they cannot be used with
// --link (row C14).
[[nodiscard]] sandbox::Owner look_up_owner(Workshop& shop, const plan::CopyOp& op,
                                           std::span<const oci::DiffId> below,
                                           std::stop_token stop);
// USER of a WORKDIR.
[[nodiscard]] sandbox::Owner look_up_user(Workshop& shop, const std::string& user,
                                          std::span<const oci::DiffId> below, std::stop_token stop);

}  // namespace cooper::engine
