#include "builder/build_platform.h"

#include "base/error.h"

namespace cooper {

void require_runnable_platforms(const plan::BuildGraph& graph, const oci::Platform& host) {
  for (const plan::Step& step : graph.steps) {
    if (!std::holds_alternative<plan::RunOp>(step.op) || oci::satisfies(step.platform, host))
      continue;
    throw base::Error(
        base::ErrorKind::unsupported, "run " + step.label + " for", oci::to_string(step.platform),
        "this machine runs " + oci::to_string(host) + ", and emulation is not supported yet")
        .with_spot({step.file_name, step.where.first_line, 1, 0, ""})
        .with_hint("images without RUN steps can be built for any platform");
  }
}

}  // namespace cooper
