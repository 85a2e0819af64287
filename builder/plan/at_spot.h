// Errors of the planner carry the place in the Dockerfile that asked for it.
#pragma once

#include <utility>

#include "base/error.h"
#include "builder/dockerfile/dockerfile.h"

namespace cooper::plan {

// Runs `action`; an Error that leaves it without a place gets `where`.
template <class Action>
auto at_spot(const dockerfile::Dockerfile& file, const dockerfile::SourceRange& where,
             Action&& action) {
  try {
    return std::forward<Action>(action)();
  } catch (base::Error& error) {
    if (!error.spot()) error.with_spot(dockerfile::spot(file, where));
    throw;
  }
}

}  // namespace cooper::plan
