#include "builder/sandbox/capabilities.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

using Sets = std::array<__user_cap_data_struct, 2>;

Sets get() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  Sets sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) base::throw_errno("read capabilities", "");
  return sets;
}

void set(const Sets& sets) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  if (syscall(SYS_capset, &header, sets.data()) != 0) base::throw_errno("set capabilities", "");
}

}  // namespace

void limit_capabilities(std::uint64_t mask) {
  for (unsigned long number = 0; number < 64; ++number) {
    if ((mask >> number & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, number, 0, 0, 0) == 0) continue;
    if (errno == EINVAL) break;  // beyond the kernel's last capability
    base::throw_errno("drop capability", std::to_string(number));
  }
  Sets sets = get();
  for (auto& half : sets) half.inheritable = 0;
  set(sets);
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) {
    base::throw_errno("clear ambient capabilities", "");
  }
}

void set_capabilities(std::uint64_t mask) {
  Sets sets = get();
  for (std::size_t half = 0; half < sets.size(); ++half) {
    const auto part = static_cast<std::uint32_t>(mask >> (32 * half));
    sets[half].permitted &= part;
    sets[half].effective = sets[half].permitted;
    sets[half].inheritable = 0;
  }
  set(sets);
}

}  // namespace cooper::sandbox
