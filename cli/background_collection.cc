#include "cli/background_collection.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

namespace cooper::cli {
namespace {

std::vector<std::string> command_line(const std::string& root, const LimitOptions& limits) {
  std::vector<std::string> words = {"cooper", "--root", root, "cache", "prune", "--automatic"};
  const auto add = [&](const char* name, const std::string& value) {
    if (value.empty()) return;
    words.emplace_back(name);
    words.push_back(value);
  };
  add("--max-size", limits.max_size);
  add("--min-free", limits.min_free);
  if (limits.keep_days >= 0) add("--keep-days", std::to_string(limits.keep_days));
  return words;
}

}  // namespace

void start_collection(const std::string& root, const LimitOptions& limits) noexcept {
  std::vector<std::string> words = command_line(root, limits);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  // Between fork and exec only what is safe there; the second fork gives the child to init.
  const pid_t child = ::fork();
  if (child == 0) {
    if (::fork() != 0) ::_exit(0);
    ::setsid();
    ::setpriority(PRIO_PROCESS, 0, 19);
    const int null = ::open("/dev/null", O_RDWR);
    for (int fd = 0; fd <= 2; ++fd) ::dup2(null, fd);
    ::execv("/proc/self/exe", argv.data());
    ::_exit(127);
  }
  if (child > 0) ::waitpid(child, nullptr, 0);
}

}  // namespace cooper::cli
