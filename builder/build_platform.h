// Refuses, before the first step, a plan that would run programs this machine cannot run.
#pragma once

#include "builder/plan/build_graph.h"
#include "oci/platform.h"

namespace cooper {

// Throws base::Error(unsupported) with a hint.
void require_runnable_platforms(const plan::BuildGraph& graph, const oci::Platform& host);

}  // namespace cooper
