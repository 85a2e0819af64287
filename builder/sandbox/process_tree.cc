#include "builder/sandbox/process_tree.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"

namespace cooper::sandbox {
namespace {

// "17 (a name) S 1 ...": the name may hold anything.
std::optional<pid_t> parent_of(const std::string& process) {
  std::optional<std::string> text;
  try {
    text = base::try_read_file_at(AT_FDCWD, "/proc/" + process + "/stat", 4096);
  } catch (const base::Error&) {
    return std::nullopt;  // it ended while it was read
  }
  const std::size_t at = text ? text->rfind(')') : std::string::npos;
  if (at == std::string::npos || at + 4 >= text->size()) return std::nullopt;
  return static_cast<pid_t>(std::atoi(text->c_str() + at + 4));
}

std::multimap<pid_t, pid_t> children_by_parent() {
  std::multimap<pid_t, pid_t> children;
  const std::unique_ptr<DIR, int (*)(DIR*)> proc(opendir("/proc"), closedir);
  if (!proc) base::throw_errno("list", "/proc");
  while (const dirent* entry = readdir(proc.get())) {
    const int process = std::atoi(entry->d_name);
    if (process <= 0) continue;
    if (const auto parent = parent_of(entry->d_name)) children.emplace(*parent, process);
  }
  return children;
}

// Kills what it finds and reaps those that were ours and have ended; true when there was any.
bool kill_once(const std::set<pid_t>& spared) {
  const auto children = children_by_parent();
  std::vector<pid_t> above{getpid()};
  bool found = false;
  while (!above.empty()) {
    const pid_t parent = above.back();
    above.pop_back();
    const auto [first, last] = children.equal_range(parent);
    for (auto child = first; child != last; ++child) {
      if (spared.count(child->second) > 0) continue;
      kill(child->second, SIGKILL);
      if (parent == getpid()) waitpid(child->second, nullptr, WNOHANG);
      above.push_back(child->second);
      found = true;
    }
  }
  return found;
}

}  // namespace

void become_subreaper() {
  if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) base::throw_errno("adopt", "the step's processes");
}

void kill_descendants(const std::set<pid_t>& spared) {
  while (kill_once(spared)) {
    constexpr timespec kMoment{0, 1'000'000};  // they die now, if not at once
    nanosleep(&kMoment, nullptr);
  }
}

}  // namespace cooper::sandbox
