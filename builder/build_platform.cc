#include "builder/build_platform.h"

#include <algorithm>

#include "base/error.h"

namespace cooper {
namespace {

bool is_foreign(const plan::Step& step, const oci::Platform& host) {
  return std::holds_alternative<plan::RunOp>(step.op) && !oci::satisfies(step.platform, host);
}

[[noreturn]] void refuse(const plan::Step& step, const std::string& cause,
                         const std::string& hint) {
  throw base::Error(base::ErrorKind::unsupported, "run " + step.label + " for",
                    oci::to_string(step.platform), cause)
      .with_spot({step.file_name, step.where.first_line, 1, 0, ""})
      .with_hint(hint);
}

}  // namespace

bool runs_foreign_programs(const plan::BuildGraph& graph, const oci::Platform& host) {
  return std::any_of(graph.steps.begin(), graph.steps.end(),
                     [&](const plan::Step& step) { return is_foreign(step, host); });
}

void require_runnable_platforms(const plan::BuildGraph& graph, const oci::Platform& host,
                                const Emulators& emulators) {
  for (const plan::Step& step : graph.steps) {
    if (!is_foreign(step, host)) continue;
    const bool own = step.platform.architecture == "386" && host.architecture == "amd64";
    if (own && emulators.runs_386) continue;
    const BinfmtEntry* found = emulators.find(step.platform);
    if (found == nullptr) {
      std::string hint =
          "install Debian's packages qemu-user-static and binfmt-support; images without RUN steps "
          "need no emulator";
      if (!emulators.mounted) {
        hint +=
            "; binfmt_misc is not mounted here: mount -t binfmt_misc binfmt_misc "
            "/proc/sys/fs/binfmt_misc";
      }
      refuse(step, "this machine runs " + oci::to_string(host) + " and has no emulator for it",
             hint);
    }
    if (found->flags.find('F') == std::string::npos) {
      refuse(step,
             "the emulator " + found->interpreter +
                 " is registered without the flag F, so a step would not find it",
             "install Debian's package qemu-user-static in the place of qemu-user");
    }
  }
}

}  // namespace cooper
