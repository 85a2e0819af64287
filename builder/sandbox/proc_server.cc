#include "builder/sandbox/proc_server.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/proc_path.h"
#include "builder/sandbox/task_memory.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

// What a call asks for, whichever of its variants it is.
struct Question {
  enum class Kind { open, stat, statx, readlink, access, xattr, uname, other } kind = Kind::other;
  int directory = AT_FDCWD;
  std::uint64_t path = 0;  // address
  int flags = 0;           // of open, or AT_*
  std::uint64_t buffer = 0, size = 0;
  unsigned mask = 0;  // of statx; the mode of access
  [[nodiscard]] bool follows() const {
    if (kind == Kind::readlink) return false;
    return kind == Kind::open ? (flags & O_NOFOLLOW) == 0 : (flags & AT_SYMLINK_NOFOLLOW) == 0;
  }
};

// The answer: go on, or a result in place of the call's.
struct Answer {
  bool go_on = true;
  int error = 0;
  std::int64_t value = 0;
  Fd file;  // becomes a descriptor of the step, which is then the value
  bool keep_over_exec = false;
};
Answer failed(int error) { return {false, error, 0, {}, false}; }
Answer done(std::int64_t value) { return {false, 0, value, {}, false}; }

Question question_of(const seccomp_notif& call, const TaskMemory& memory) {
  using Kind = Question::Kind;
  const auto* a = call.data.args;
  const auto number = [](std::uint64_t value) { return static_cast<int>(value); };
  switch (call.data.nr) {
    case SYS_openat: return {Kind::open, number(a[0]), a[1], number(a[2]), 0, 0, 0};
    case SYS_openat2: {
      open_how how{};
      if (!memory.read(a[2], &how, sizeof how)) return {};
      return {Kind::open, number(a[0]), a[1], static_cast<int>(how.flags), 0, 0, 0};
    }
    case SYS_newfstatat: return {Kind::stat, number(a[0]), a[1], number(a[3]), a[2], 0, 0};
    case SYS_statx:
      return {Kind::statx, number(a[0]), a[1], number(a[2]), a[4], 0, static_cast<unsigned>(a[3])};
    case SYS_readlinkat: return {Kind::readlink, number(a[0]), a[1], 0, a[2], a[3], 0};
    case SYS_faccessat:
      return {Kind::access, number(a[0]), a[1], 0, 0, 0, static_cast<unsigned>(a[2])};
    case SYS_faccessat2:
      return {Kind::access, number(a[0]), a[1], number(a[3]), 0, 0, static_cast<unsigned>(a[2])};
    case SYS_getxattr:
    case SYS_listxattr: return {Kind::xattr, AT_FDCWD, a[0], 0, 0, 0, 0};
    case SYS_lgetxattr:
    case SYS_llistxattr: return {Kind::xattr, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, 0, 0, 0};
    case SYS_uname: return {Kind::uname, AT_FDCWD, 0, 0, a[0], 0, 0};
#if defined(__x86_64__)
    case SYS_open: return {Kind::open, AT_FDCWD, a[0], number(a[1]), 0, 0, 0};
    case SYS_stat: return {Kind::stat, AT_FDCWD, a[0], 0, a[1], 0, 0};
    case SYS_lstat: return {Kind::stat, AT_FDCWD, a[0], AT_SYMLINK_NOFOLLOW, a[1], 0, 0};
    case SYS_readlink: return {Kind::readlink, AT_FDCWD, a[0], 0, a[1], a[2], 0};
    case SYS_access: return {Kind::access, AT_FDCWD, a[0], 0, 0, 0, static_cast<unsigned>(a[1])};
#endif
    default: return {};
  }
}

std::string read_link(const std::string& path) {
  std::string target(PATH_MAX, '\0');
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  target.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return target;
}

std::string folder_of(int process) { return "/proc/" + std::to_string(process); }

// The process a thread belongs to; 0 when it is gone.
int process_of(int thread) {
  const auto text = base::try_read_file_at(AT_FDCWD, folder_of(thread) + "/status", 64U << 10);
  const std::size_t at = text ? text->find("\nTgid:") : std::string::npos;
  return at == std::string::npos ? 0 : std::atoi(text->c_str() + at + 6);
}

// Takes on the file system user of a thread while it lives.
class AsUserOf {
 public:
  explicit AsUserOf(int thread) {
    struct stat status {};
    if (::stat(folder_of(thread).c_str(), &status) != 0) return;
    if (status.st_gid != 0) setfsgid(status.st_gid);
    if (status.st_uid != 0) setfsuid(status.st_uid);
    changed_ = status.st_uid != 0 || status.st_gid != 0;
  }
  AsUserOf(const AsUserOf&) = delete;
  AsUserOf& operator=(const AsUserOf&) = delete;
  ~AsUserOf() {
    if (!changed_) return;
    setfsuid(0);
    setfsgid(0);
  }

 private:
  bool changed_ = false;
};

class ProcServer {
 public:
  ProcServer(Fd listener, const ProcServerOptions& options)
      : listener_(std::move(listener)), options_(options) {
    root_path_ = read_link("/proc/self/fd/" + std::to_string(options.root));
    root_ = base::stat_fd(options.root, "the step's root");
    // Wakes this process on the processor of the asking one, and back (Linux 6.6; older ones
    // refuse).
    constexpr std::uint64_t kSyncWakeUp = 1;
    ioctl(listener_.get(), SECCOMP_IOW(4, std::uint64_t), kSyncWakeUp);
  }

  // False when nobody has the filter any more.
  bool serve_one() {
    pollfd wait{listener_.get(), POLLIN, 0};
    if (poll(&wait, 1, -1) < 0) return errno == EINTR;
    if ((wait.revents & POLLIN) == 0) return (wait.revents & POLLHUP) == 0;
    seccomp_notif call{};
    if (ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) return true;
    Answer result;
    try {
      result = answer(call);
    } catch (const base::Error&) {
      result = Answer();  // gone meanwhile, or protected from us: the kernel answers
    }
    send(call, result);
    return true;
  }

 private:
  [[nodiscard]] Answer answer(const seccomp_notif& call) const;
  [[nodiscard]] Answer answer_in_proc(const Question& question, const ProcPath& path,
                                      const TaskMemory& memory) const;
  [[nodiscard]] Answer open(const Question& question, const ProcPath& path) const;
  [[nodiscard]] Answer read_link_of(const Question& question, const ProcPath& path,
                                    const TaskMemory& memory) const;
  [[nodiscard]] Answer tell_name(const Question& question, const TaskMemory& memory) const;
  [[nodiscard]] Answer open_served(const Question& question, const std::string& path,
                                   int thread) const;
  [[nodiscard]] bool is_of_the_step(int process) const;
  void send(const seccomp_notif& call, Answer& answer) const;

  Fd listener_;
  ProcServerOptions options_;
  std::string root_path_;
  struct stat root_ {};
};

bool ProcServer::is_of_the_step(int process) const {
  struct stat status {};
  return ::stat((folder_of(process) + "/root").c_str(), &status) == 0 &&
         status.st_dev == root_.st_dev && status.st_ino == root_.st_ino;
}

Answer ProcServer::answer(const seccomp_notif& call) const {
  const auto thread = static_cast<int>(call.pid);
  const AsUserOf user(thread);
  const TaskMemory memory(thread);
  const Question question = question_of(call, memory);
  if (question.kind == Question::Kind::other) return {};
  if (question.kind == Question::Kind::uname) return tell_name(question, memory);
  auto path = memory.read_text(question.path, PATH_MAX);
  if (!path || path->empty()) return {};
  const bool opens = question.kind == Question::Kind::open;
  if (opens && !options_.served->empty()) {
    Answer served = open_served(question, *path, thread);
    if (!served.go_on) return served;
  }
  if (path->front() != '/') {
    if (question.directory == AT_FDCWD) return {};
    const std::string folder =
        read_link(folder_of(thread) + "/fd/" + std::to_string(question.directory));
    if (folder != "/proc" && !folder.starts_with("/proc/")) return {};
    path = folder + "/" + *path;
  }
  if (!path->starts_with("/proc") && !path->starts_with("/dev/")) return {};
  const int process = process_of(thread);
  const auto in_proc = proc_path(*path, process, thread, question.follows());
  if (process == 0 || !in_proc) return {};
  return answer_in_proc(question, *in_proc, memory);
}

Answer ProcServer::answer_in_proc(const Question& question, const ProcPath& path,
                                  const TaskMemory& memory) const {
  using Kind = Question::Kind;
  if (path.hidden) return failed(ENOENT);
  if (path.process != 0 && !path.own && !is_of_the_step(path.process)) return failed(ENOENT);
  const char* name = path.path.c_str();
  switch (question.kind) {
    case Kind::open: return open(question, path);
    case Kind::xattr: return failed(EOPNOTSUPP);  // no file of /proc has any
    case Kind::readlink: return read_link_of(question, path, memory);
    case Kind::access: {
      const int flags = (question.flags & AT_SYMLINK_NOFOLLOW) | AT_EACCESS;
      if (faccessat(AT_FDCWD, name, static_cast<int>(question.mask), flags) != 0)
        return failed(errno);
      return done(0);
    }
    case Kind::stat: {
      struct stat status {};
      if (fstatat(AT_FDCWD, name, &status, question.flags & AT_SYMLINK_NOFOLLOW) != 0)
        return failed(errno);
      return memory.write(question.buffer, &status, sizeof status) ? done(0) : failed(EFAULT);
    }
    case Kind::statx: {
      struct statx status {};
      if (::statx(AT_FDCWD, name, question.flags & ~AT_EMPTY_PATH, question.mask, &status) != 0)
        return failed(errno);
      return memory.write(question.buffer, &status, sizeof status) ? done(0) : failed(EFAULT);
    }
    default: return {};
  }
}

Answer ProcServer::open(const Question& question, const ProcPath& path) const {
  const bool writes = (question.flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY;
  if (writes && path.process == 0) return failed(EROFS);  // the machine's settings
  const int flags = (question.flags & ~(O_CREAT | O_EXCL | O_NOFOLLOW)) | O_NOCTTY | O_CLOEXEC;
  Answer answer;
  answer.file = Fd(::open(path.path.c_str(), flags | O_NONBLOCK));
  if (!answer.file) return failed(errno);
  if ((question.flags & (O_NONBLOCK | O_PATH)) == 0) fcntl(answer.file.get(), F_SETFL, flags);
  answer.go_on = false;
  answer.keep_over_exec = (question.flags & O_CLOEXEC) == 0;
  return answer;
}

Answer ProcServer::read_link_of(const Question& question, const ProcPath& path,
                                const TaskMemory& memory) const {
  std::array<char, PATH_MAX> buffer;
  const ssize_t size = ::readlink(path.path.c_str(), buffer.data(), buffer.size());
  if (size < 0) return failed(errno);
  const std::string target =
      seen_from(root_path_, std::string_view(buffer.data(), static_cast<std::size_t>(size)));
  const std::size_t length = std::min<std::size_t>(target.size(), question.size);
  if (length == 0) return failed(EINVAL);
  if (!memory.write(question.buffer, target.data(), length)) return failed(EFAULT);
  return done(static_cast<std::int64_t>(length));
}

Answer ProcServer::tell_name(const Question& question, const TaskMemory& memory) const {
  struct utsname name {};
  if (uname(&name) != 0) return {};
  std::memset(name.nodename, 0, sizeof name.nodename);
  options_.hostname.copy(name.nodename, sizeof name.nodename - 1);
  return memory.write(question.buffer, &name, sizeof name) ? done(0) : failed(EFAULT);
}

// The file is looked up as the step would find it, and known by its inode.
Answer ProcServer::open_served(const Question& question, const std::string& path,
                               int thread) const {
  std::string in_root = path;
  if (path.front() != '/') {
    const std::string fds = "/fd/" + std::to_string(question.directory);
    const std::string folder =
        read_link(folder_of(thread) + (question.directory == AT_FDCWD ? "/cwd" : fds));
    in_root = seen_from(root_path_, folder) + "/" + path;
  }
  const auto file = base::try_open_in_root(options_.root, in_root, O_PATH);
  if (!file) return {};
  const struct stat found = base::stat_fd(file->get(), path);
  for (const ServedFile& served : *options_.served) {
    if (served.inode != found.st_ino || served.device != found.st_dev) continue;
    const bool writes = (question.flags & (O_ACCMODE | O_TRUNC)) != O_RDONLY;
    if (writes) return failed(EROFS);
    const std::string self = "/proc/self/fd/" + std::to_string(file->get());
    if (faccessat(AT_FDCWD, self.c_str(), R_OK, AT_EACCESS) != 0) return failed(EACCES);
    const std::string content = "/proc/self/fd/" + std::to_string(served.content.get());
    // Each open has a position of its own.
    setfsuid(0);
    Answer answer;
    answer.file = Fd(::open(content.c_str(), O_RDONLY | O_CLOEXEC));
    if (!answer.file) return failed(EACCES);
    answer.go_on = false;
    answer.keep_over_exec = (question.flags & O_CLOEXEC) == 0;
    return answer;
  }
  return {};
}

void ProcServer::send(const seccomp_notif& call, Answer& answer) const {
  if (answer.file) {
    seccomp_notif_addfd give{};
    give.id = call.id;
    give.srcfd = static_cast<std::uint32_t>(answer.file.get());
    give.newfd_flags = answer.keep_over_exec ? 0 : O_CLOEXEC;
    give.flags = SECCOMP_ADDFD_FLAG_SEND;
    ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_ADDFD, &give);  // fails when the caller is gone
    return;
  }
  seccomp_notif_resp response{};
  response.id = call.id;
  response.val = answer.value;
  response.error = -answer.error;
  response.flags = answer.go_on ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
  ioctl(listener_.get(), SECCOMP_IOCTL_NOTIF_SEND, &response);
}

}  // namespace

void run_proc_server(const Fd& socket, const ProcServerOptions& options) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  try {
    auto message = receive_message(socket.get());
    if (!message || message->fds.size() != 1) _exit(0);
    ProcServer server(std::move(message->fds[0]), options);
    while (server.serve_one()) continue;
  } catch (const std::exception&) {
    _exit(1);
  }
  _exit(0);
}

}  // namespace cooper::sandbox
