#include "builder/sandbox/rlimits.h"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

constexpr std::array<std::pair<const char*, __rlimit_resource>, 15> kLimits{
    {{"core", RLIMIT_CORE},
     {"cpu", RLIMIT_CPU},
     {"data", RLIMIT_DATA},
     {"fsize", RLIMIT_FSIZE},
     {"locks", RLIMIT_LOCKS},
     {"memlock", RLIMIT_MEMLOCK},
     {"msgqueue", RLIMIT_MSGQUEUE},
     {"nice", RLIMIT_NICE},
     {"nofile", RLIMIT_NOFILE},
     {"nproc", RLIMIT_NPROC},
     {"rss", RLIMIT_RSS},
     {"rtprio", RLIMIT_RTPRIO},
     {"rttime", RLIMIT_RTTIME},
     {"sigpending", RLIMIT_SIGPENDING},
     {"stack", RLIMIT_STACK}}};

rlim_t to_kernel(std::int64_t value) {
  return value < 0 ? RLIM_INFINITY : static_cast<rlim_t>(value);
}

}  // namespace

const std::vector<std::string>& rlimit_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& limit : kLimits) all.emplace_back(limit.first);
    return all;
  }();
  return names;
}

void set_rlimit(const Rlimit& limit) {
  const auto found = std::find_if(kLimits.begin(), kLimits.end(),
                                  [&](const auto& known) { return limit.name == known.first; });
  if (found == kLimits.end())
    throw base::Error(base::ErrorKind::usage, "set ulimit", limit.name, "no such limit");
  const struct rlimit wanted { to_kernel(limit.soft), to_kernel(limit.hard) };
  if (setrlimit(found->second, &wanted) != 0) base::throw_errno("set ulimit", limit.name);
}

}  // namespace cooper::sandbox
