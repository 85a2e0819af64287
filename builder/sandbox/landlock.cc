#include "builder/sandbox/landlock.h"

#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "base/error.h"
#include "base/fd.h"

namespace cooper::sandbox {
namespace {

// As of version 6; a kernel takes a longer structure if what it does not know is zero.
struct Ruleset {
  std::uint64_t files = 0, network = 0, scopes = 0;
};

// Execute ... make symbolic links (version 1), move between directories (2), truncate (3).
constexpr std::uint64_t kFilesOfFirst = (std::uint64_t{1} << 13) - 1;
constexpr std::uint64_t kRefer = std::uint64_t{1} << 13;
constexpr std::uint64_t kTruncate = std::uint64_t{1} << 14;
// Version 6.
constexpr std::uint64_t kAbstractSockets = 1;
constexpr std::uint64_t kSignals = 2;

base::Fd make(const Ruleset& ruleset, int version) {
  const std::size_t size = version >= 6 ? sizeof ruleset : sizeof ruleset.files;
  base::Fd rules(static_cast<int>(syscall(SYS_landlock_create_ruleset, &ruleset, size, 0U)));
  if (!rules) base::throw_errno("make", "Landlock rules");
  return rules;
}

void take(const base::Fd& rules) {
  if (syscall(SYS_landlock_restrict_self, rules.get(), 0U) != 0)
    base::throw_errno("restrict a process with", "Landlock");
}

}  // namespace

int landlock_version() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, 1U /* ask the version */);
  return version < 0 ? 0 : static_cast<int>(version);
}

bool restrict_to(int root) {
  const int version = landlock_version();
  if (version < 2) return false;  // the first one forbids every rename to another directory
  Ruleset ruleset;
  ruleset.files = kFilesOfFirst | kRefer | (version >= 3 ? kTruncate : 0);
  ruleset.scopes = version >= 6 ? kAbstractSockets | kSignals : 0;
  const base::Fd rules = make(ruleset, version);
  landlock_path_beneath_attr beneath{};
  beneath.allowed_access = ruleset.files;
  beneath.parent_fd = root;
  if (root >= 0 &&
      syscall(SYS_landlock_add_rule, rules.get(), LANDLOCK_RULE_PATH_BENEATH, &beneath, 0U) != 0)
    base::throw_errno("add", "a Landlock rule");
  take(rules);
  return true;
}

bool keep_to_own_sockets() {
  const int version = landlock_version();
  if (version < 6) return false;
  Ruleset ruleset;
  ruleset.scopes = kAbstractSockets;
  take(make(ruleset, version));
  return true;
}

}  // namespace cooper::sandbox
