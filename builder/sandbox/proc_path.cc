#include "builder/sandbox/proc_path.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "base/path.h"

namespace cooper::sandbox {
namespace {

using Words = std::vector<std::string_view>;

constexpr std::array<std::string_view, 12> kHidden = {
    "acpi", "asound",        "interrupts",    "kcore",      "keys",        "kmsg",
    "scsi", "latency_stats", "sysrq-trigger", "timer_list", "sched_debug", "timer_stats"};

// Links of the machine's /proc to a file of the asking process.
constexpr std::array<std::string_view, 2> kOwn = {"mounts", "net"};

int number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

std::string join(std::string text, const Words& words, std::size_t from) {
  for (std::size_t i = from; i < words.size(); ++i) text += "/" + std::string(words[i]);
  return text;
}

// The links of a process into its files: what lies below is the step's root's, where a link would
// lead the machine elsewhere.
void split_below(ProcPath& result) {
  const Words words = base::split_path(result.path);
  const std::size_t at = words.size() > 4 && words[2] == "task" ? 4 : 2;
  if (result.process == 0 || words.size() <= at) return;
  const bool is_link = words[at] == "root" || words[at] == "cwd" || words[at] == "exe";
  const bool is_listed = words[at] == "fd" || words[at] == "map_files";
  const std::size_t end = at + (is_listed ? 2 : 1);
  if ((!is_link && !is_listed) || words.size() <= end) return;
  const std::string below = join("", words, end).substr(1);
  const std::string link =
      join("", Words(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(end)), 0);
  result.below = below;
  result.path = link;
}

std::string own_folder(int process) { return "/proc/" + std::to_string(process); }

ProcPath own_path(std::string path, int process) {
  ProcPath result{std::move(path), {}, process, true, false};
  split_below(result);
  return result;
}

std::optional<ProcPath> device_path(const Words& words, int process, bool follow) {
  if (words.size() < 2) return std::nullopt;
  const std::string fds = own_folder(process) + "/fd";
  if (words[1] == "fd" && (follow || words.size() > 2))
    return own_path(join(fds, words, 2), process);
  constexpr std::array<std::string_view, 3> kStreams = {"stdin", "stdout", "stderr"};
  const auto stream = std::find(kStreams.begin(), kStreams.end(), words[1]);
  if (stream == kStreams.end() || words.size() != 2 || !follow) return std::nullopt;
  return own_path(fds + "/" + std::to_string(stream - kStreams.begin()), process);
}

}  // namespace

std::optional<ProcPath> proc_path(std::string_view path, int process, int thread, bool follow) {
  if (!path.starts_with("/proc") && !path.starts_with("/dev/")) return std::nullopt;
  const Words words = base::split_path(path);
  // ".." may lead through links: such a path is left to the kernel.
  if (goes_up(path)) return std::nullopt;
  if (words.front() == "dev") return device_path(words, process, follow);
  if (words.front() != "proc") return std::nullopt;
  if (words.size() == 1) return ProcPath{"/proc", {}};
  const bool is_link = words.size() == 2 && !follow;
  if (words[1] == "self" && !is_link) return own_path(join(own_folder(process), words, 2), process);
  if (words[1] == "thread-self" && !is_link) {
    return own_path(join(own_folder(process) + "/task/" + std::to_string(thread), words, 2),
                    process);
  }
  if (std::find(kOwn.begin(), kOwn.end(), words[1]) != kOwn.end() && !is_link)
    return own_path(join(own_folder(process), words, 1), process);
  ProcPath result{join("/proc", words, 1), {}};
  result.process = number(words[1]);
  result.own = result.process == process;
  result.hidden = std::find(kHidden.begin(), kHidden.end(), words[1]) != kHidden.end();
  split_below(result);
  return result;
}

bool goes_up(std::string_view path) {
  const Words words = base::split_path(path);
  return std::find(words.begin(), words.end(), "..") != words.end();
}

std::string seen_from(std::string_view root, std::string_view target) {
  if (target == root) return "/";
  if (target.starts_with(root) && target[root.size()] == '/')
    return std::string(target.substr(root.size()));
  return std::string(target);
}

}  // namespace cooper::sandbox
