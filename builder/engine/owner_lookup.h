// Names of users and groups -> numbers, by the passwd and group files of the image a step works on.
#pragma once

#include <span>
#include <stop_token>
#include <string>

#include "builder/engine/workshop.h"
#include "builder/plan/build_graph.h"
#include "builder/sandbox/passwd.h"

namespace cooper::engine {

// --chown of a COPY on top of `below`; the plan has no names with --link (row C14).
[[nodiscard]] sandbox::Owner look_up_owner(Workshop& shop, const plan::CopyOp& op,
                                           std::span<const oci::DiffId> below,
                                           std::stop_token stop);
// USER of a WORKDIR: a number alone is the group too, as in --chown, whatever the passwd file says.
[[nodiscard]] sandbox::Owner look_up_user(Workshop& shop, const std::string& user,
                                          std::span<const oci::DiffId> below, std::stop_token stop);

}  // namespace cooper::engine
