#include "builder/sandbox/user_namespace.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"
#include "builder/sandbox/namespace_cure.h"
#include "builder/sandbox/sandbox.h"

namespace cooper::sandbox {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxDatabase = 1U << 20;

bool parse_number(std::string_view text, std::uint32_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

std::string user_name(uid_t uid) {
  const struct passwd* entry =
      getpwuid(uid);  // the machine's own database; this process has one thread
  return entry != nullptr ? entry->pw_name : std::to_string(uid);
}

std::string find_program(const std::string& name) {
  for (const char* folder : {"/usr/bin/", "/bin/", "/usr/sbin/", "/usr/local/bin/"}) {
    if (access((folder + name).c_str(), X_OK) == 0) return folder + name;
  }
  throw Error(ErrorKind::not_found, "map user ids with", name, "the program is not installed")
      .with_hint("sudo apt-get install uidmap (or run cooper as root)");
}

std::vector<IdRange> ranges_for(const std::string& file, const std::string& name, uid_t uid) {
  const auto text = base::try_read_file_at(AT_FDCWD, file, kMaxDatabase);
  std::vector<IdRange> ranges = sub_ids(text.value_or(""), name, uid);
  if (ranges.empty()) {
    throw Error(ErrorKind::denied, "map user ids of", name, "no range for this user in " + file)
        .with_hint("as root: echo " + name + ":100000:65536 >> " + file);
  }
  return ranges;
}

// -1 where it cannot be started.
pid_t start_mapper(const std::string& program, const std::string& pid,
                   const std::vector<std::string>& arguments) {
  std::vector<std::string> words{program, pid};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  std::array<char*, 1> env{nullptr};
  pid_t child = -1;
  const int error = posix_spawn(&child, program.c_str(), nullptr, nullptr, argv.data(), env.data());
  return error == 0 ? child : -1;
}

bool ends_well(pid_t child) {
  int status = 0;
  while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

struct Mapping {
  std::string uid_program, gid_program;
  std::vector<std::string> uids, gids;
};

// Stays outside the new namespace and maps the ids of `pid` once it may, both kinds at once.
[[noreturn]] void map_from_outside(const Mapping& mapping, const std::string& pid,
                                   const base::Fd& ready) {
  char byte = 0;
  if (read(ready.get(), &byte, 1) != 1) _exit(2);
  const pid_t uids = start_mapper(mapping.uid_program, pid, mapping.uids);
  const pid_t gids = start_mapper(mapping.gid_program, pid, mapping.gids);
  const bool uids_mapped = ends_well(uids);
  _exit(ends_well(gids) && uids_mapped ? 0 : 3);
}

Error no_user_namespace(int error) {
  return base::system_error("make", "a user namespace", error).with_hint(user_namespace_cure());
}

void unshare_mapped(const Mapping& mapping) {
  base::Pipe ready = base::open_pipe();
  const std::string own = std::to_string(getpid());
  const pid_t mapper = fork();
  if (mapper < 0) base::throw_errno("fork", "");
  if (mapper == 0) {
    ready.write.reset();
    map_from_outside(mapping, own, ready.read);
  }
  const int error = unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
  if (error == 0 && write(ready.write.get(), "", 1) != 1)
    base::throw_errno("talk to", "the mapper");
  ready.write.reset();
  int status = 0;
  while (waitpid(mapper, &status, 0) < 0 && errno == EINTR) continue;
  if (error != 0) throw no_user_namespace(error);
  if (status != 0) {
    throw Error(ErrorKind::denied, "map user ids with", mapping.uid_program,
                "it failed; its own message is above")
        .with_hint("newuidmap and newgidmap need their set-user-id bit or file capabilities");
  }
}

void become_root() {
  if (setresgid(0, 0, 0) != 0 || setresuid(0, 0, 0) != 0) {
    base::throw_errno("become root of", "the user namespace");
  }
}

// The machine gives this user no further ids; a namespace with one is another matter.
class NoIds : public Error {
 public:
  explicit NoIds(const Error& error) : Error(error) {}
};

Mapping find_mapping() {
  const std::string name = user_name(geteuid());
  Mapping mapping;
  try {
    mapping.uid_program = find_program("newuidmap");
    mapping.gid_program = find_program("newgidmap");
    mapping.uids = map_arguments(geteuid(), ranges_for("/etc/subuid", name, geteuid()));
    mapping.gids = map_arguments(getegid(), ranges_for("/etc/subgid", name, geteuid()));
  } catch (const Error& error) {
    throw NoIds(error);
  }
  return mapping;
}

void enter_with_many_ids() {
  unshare_mapped(find_mapping());
  if (setgroups(0, nullptr) != 0) base::throw_errno("leave", "the groups of this user");
  become_root();
}

// Any user may do this without help, where user namespaces are allowed.
void enter_with_one_id() {
  const std::string uid = std::to_string(geteuid());
  const std::string gid = std::to_string(getegid());
  if (unshare(CLONE_NEWUSER) != 0) throw no_user_namespace(errno);
  const auto write_line = [](const char* file, const std::string& line) {
    const base::Fd fd = base::open_host(file, O_WRONLY);
    if (write(fd.get(), line.data(), line.size()) < 0) base::throw_errno("write", file);
  };
  write_line("/proc/self/setgroups", "deny");
  write_line("/proc/self/uid_map", "0 " + uid + " 1");
  write_line("/proc/self/gid_map", "0 " + gid + " 1");
  become_root();
}

}  // namespace

std::vector<IdRange> sub_ids(std::string_view text, std::string_view name, std::uint32_t uid) {
  std::vector<IdRange> ranges;
  const std::string number = std::to_string(uid);
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t first = line.find(':');
    const std::size_t second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos) continue;
    const std::string_view owner = line.substr(0, first);
    IdRange range;
    if (owner != name && owner != number) continue;
    if (!parse_number(line.substr(first + 1, second - first - 1), range.first)) continue;
    if (!parse_number(line.substr(second + 1), range.count) || range.count == 0) continue;
    ranges.push_back(range);
  }
  return ranges;
}

std::vector<std::string> map_arguments(std::uint32_t own, const std::vector<IdRange>& ranges) {
  std::vector<std::string> arguments{"0", std::to_string(own), "1"};
  std::uint32_t next = 1;
  for (const IdRange& range : ranges) {
    for (const std::uint32_t number : {next, range.first, range.count}) {
      arguments.push_back(std::to_string(number));
    }
    next += range.count;
  }
  return arguments;
}

MappedIds parse_id_map(std::string_view text) {
  if (text.find("4294967295") != std::string_view::npos) return MappedIds::all;
  std::size_t lines = 0;
  bool one = false;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    ++lines;
    const std::size_t count = line.find_last_of(' ');
    one = count != std::string_view::npos && line.substr(count + 1) == "1";
  }
  return lines == 1 && one ? MappedIds::one : MappedIds::many;
}

MappedIds mapped_ids() {
  return parse_id_map(
      base::try_read_file_at(AT_FDCWD, "/proc/self/uid_map", kMaxDatabase).value_or(""));
}

void enter_user_namespace(Isolation isolation) {
  const bool is_root = geteuid() == 0;
  const MappedIds ids = mapped_ids();
  switch (isolation) {
    case Isolation::chroot:
    case Isolation::root: return;
    case Isolation::automatic:
      if (is_root) return;
      try {
        enter_with_many_ids();
      } catch (const NoIds&) {
        enter_with_one_id();
      }
      return;
    case Isolation::userns:
      if (!is_root || ids != MappedIds::many) enter_with_many_ids();
      return;
    case Isolation::single:
      if (!is_root || ids != MappedIds::one) enter_with_one_id();
      return;
  }
}

}  // namespace cooper::sandbox
