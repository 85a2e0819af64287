// Refuses, before the first step, a plan that would run programs this machine cannot run.
#pragma once

#include "builder/emulators.h"
#include "builder/plan/build_graph.h"
#include "oci/platform.h"

namespace cooper {

// Throws base::Error(unsupported) at the first such RUN, with what to install.
void require_runnable_platforms(const plan::BuildGraph& graph, const oci::Platform& host,
                                const Emulators& emulators);

// True if a RUN of the graph is for another platform than `host`.
[[nodiscard]] bool runs_foreign_programs(const plan::BuildGraph& graph, const oci::Platform& host);

}  // namespace cooper
