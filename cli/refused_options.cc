#include "cli/refused_options.h"

#include <string>

#include "base/error.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Refused {
  const char* name;
  bool takes_value;
  const char* cause;
  const char* hint;
};

constexpr const char* kNoLimits = "cooper puts no control groups around RUN steps";
constexpr const char* kLimit =
    "put the whole build into one: systemd-run --scope -p MemoryMax=2G cooper build ...";
constexpr const char* kNoAttestations = "cooper attaches no attestations";

constexpr Refused kRefused[] = {
    {"--attest", true, kNoAttestations, ""},
    {"--provenance", true, kNoAttestations, "leave it out, or write --provenance=false"},
    {"--sbom", true, kNoAttestations, "leave it out, or write --sbom=false"},
    {"--builder", true, "there are no builders to choose from: cooper builds here", ""},
    {"--cgroup-parent", true, kNoLimits, kLimit},
    {"--resource", true, kNoLimits, kLimit},
    {"--memory", true, kNoLimits, kLimit},
    {"--memory-swap", true, kNoLimits, kLimit},
    {"--cpu-period", true, kNoLimits, kLimit},
    {"--cpu-quota", true, kNoLimits, kLimit},
    {"--cpu-shares", true, kNoLimits, kLimit},
    {"--cpuset-cpus", true, kNoLimits, kLimit},
    {"--cpuset-mems", true, kNoLimits, kLimit},
    {"--policy", true, "source policies are not supported", ""},
    {"--debug", false, "there is no debugger for a build", "--on-failure=keep, then cooper debug"},
    {"--squash", false, "layers are not joined", "-o type=tar has all files in one archive"},
    {"--compress", false, "nothing is sent anywhere before the build", "leave it out"},
    {"--security-opt", true, "RUN steps have Docker's default profile",
     "RUN --security=insecure with --allow security.insecure"},
};

[[noreturn]] void refuse(const Refused& option) {
  Error error(ErrorKind::unsupported, "use option", option.name, option.cause);
  throw error.with_hint(option.hint);
}

// "false" asks for what cooper does.
bool is_harmless(const Refused& option, const std::string& value) {
  const std::string name = option.name;
  return (name == "--provenance" || name == "--sbom") && (value == "false" || value == "0");
}

}  // namespace

void add_refused_options(CLI::App& command) {
  for (const Refused& option : kRefused) {
    if (command.get_option_no_throw(option.name) != nullptr) continue;
    CLI::Option* added = nullptr;
    if (option.takes_value) {
      added = command.add_option_function<std::string>(option.name,
                                                       [&option](const std::string& value) {
                                                         if (!is_harmless(option, value))
                                                           refuse(option);
                                                       });
    } else {
      added = command.add_flag_callback(option.name, [&option] { refuse(option); });
    }
    added->group("")->allow_extra_args(false);
  }
}

}  // namespace cooper::cli
