#include "builder/sandbox/proc_server.h"

#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
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
#include "base/path.h"
#include "builder/sandbox/message.h"
#include "builder/sandbox/proc_path.h"
#include "builder/sandbox/proc_question.h"
#include "builder/sandbox/task_files.h"
#include "builder/sandbox/task_memory.h"

namespace cooper::sandbox {
namespace {

using base::Fd;

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

// Whether a path can mean a file of /proc at all.
bool may_be_in_proc(std::string_view path) {
  return path.starts_with("/proc") || path.starts_with("/dev/");
}

bool is_in_proc(const std::string& folder) {
  return folder == "/proc" || folder.starts_with("/proc/");
}

class ProcServer {
 public:
  ProcServer(Fd listener, const ProcServerOptions& options)
      : listener_(std::move(listener)), options_(options) {
    root_path_ = link_text("/proc/self/fd/" + std::to_string(options.root));
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
  [[nodiscard]] Answer open_served(const Question& question, const std::string& path) const;
  [[nodiscard]] Answer answer_below(const Question& question, const ProcPath& path,
                                    const TaskMemory& memory) const;
  [[nodiscard]] static Answer change_directory(const Question& question, int thread);
  // What a link's reader gets.
  [[nodiscard]] static Answer tell(const Question& question, std::string_view target,
                                   const TaskMemory& memory);
  // What the machine calls the directory that a relative path begins at; the path from the step's
  // root.
  [[nodiscard]] static std::string directory_of(const Question& question, int thread);
  [[nodiscard]] std::string from_root(const Question& question, const std::string& path,
                                      int thread) const;
  [[nodiscard]] std::string end_of_links(std::string path) const;
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
  if (question.kind == Question::Kind::fchdir) return change_directory(question, thread);
  const auto path = memory.read_text(question.path, PATH_MAX);
  if (!path || path->empty()) return {};
  const bool opens = question.kind == Question::Kind::open;
  if (opens && !options_.served->empty()) {
    Answer served = open_served(question, from_root(question, *path, thread));
    if (!served.go_on) return served;
  }
  std::string name = *path;
  if (path->front() != '/' && question.directory != AT_FDCWD) {
    const std::string folder = directory_of(question, thread);
    if (is_in_proc(folder)) {
      if (goes_up(*path)) return failed(EACCES);  // it would lead out of the root
      name = folder + "/" + *path;
    }
  }
  if (opens && question.follows() && !may_be_in_proc(name))
    name = end_of_links(from_root(question, *path, thread));
  if (!may_be_in_proc(name)) return {};
  const int process = process_of(thread);
  const auto in_proc = proc_path(name, process, thread, question.follows());
  if (process == 0 || !in_proc) return {};
  return answer_in_proc(question, *in_proc, memory);
}

std::string ProcServer::directory_of(const Question& question, int thread) {
  const std::string name = question.directory == AT_FDCWD
                               ? std::string("/cwd")
                               : "/fd/" + std::to_string(question.directory);
  return link_text(folder_of(thread) + name);
}

std::string ProcServer::from_root(const Question& question, const std::string& path,
                                  int thread) const {
  if (path.front() == '/') return path;
  return seen_from(root_path_, directory_of(question, thread)) + "/" + path;
}

// Where the links that `path` ends in lead, if that is /proc or /dev (a log file that is
// /dev/stderr, /etc/mtab); else "".
std::string ProcServer::end_of_links(std::string path) const {
  constexpr int kMostLinks = 40;
  for (int i = 0; i < kMostLinks; ++i) {
    if (may_be_in_proc(path)) return path;
    const auto file = base::try_open_in_root(options_.root, path, O_PATH | O_NOFOLLOW);
    if (!file || !S_ISLNK(base::stat_fd(file->get(), path).st_mode)) return {};
    path = "/" + base::clean_below_root(
                     base::join_path(base::parent_path(path), base::read_link_at(file->get(), "")));
  }
  return {};
}

// A directory of /proc is not the step's root's: what it would name from there with ".." is not
// either.
Answer ProcServer::change_directory(const Question& question, int thread) {
  return is_in_proc(directory_of(question, thread)) ? failed(EACCES) : Answer();
}

// Below a link of a process: its file is looked up in the step's root, not in the machine's.
Answer ProcServer::answer_below(const Question& question, const ProcPath& path,
                                const TaskMemory& memory) const {
  const std::string name = seen_from(root_path_, link_text(path.path)) + "/" + path.below;
  const auto file =
      base::try_open_in_root(options_.root, name, O_PATH | (question.follows() ? 0 : O_NOFOLLOW));
  if (!file) return failed(ENOENT);
  if (question.kind == Question::Kind::readlink) {
    std::array<char, PATH_MAX> target;
    const ssize_t size = readlinkat(file->get(), "", target.data(), target.size());
    return size < 0 ? failed(EINVAL)
                    : tell(question, {target.data(), static_cast<std::size_t>(size)}, memory);
  }
  Question itself = question;
  itself.flags &= question.kind == Question::Kind::open ? ~O_NOFOLLOW : ~AT_SYMLINK_NOFOLLOW;
  ProcPath found = path;
  found.below.clear();
  found.path = "/proc/self/fd/" + std::to_string(file->get());
  return answer_in_proc(itself, found, memory);
}

Answer ProcServer::answer_in_proc(const Question& question, const ProcPath& path,
                                  const TaskMemory& memory) const {
  using Kind = Question::Kind;
  if (path.hidden) return failed(ENOENT);
  if (path.process != 0 && !path.own && !is_of_the_step(path.process)) return failed(ENOENT);
  if (!path.below.empty()) return answer_below(question, path, memory);
  const char* name = path.path.c_str();
  const int at_flags = question.flags & AT_SYMLINK_NOFOLLOW;
  const auto result = [](int status) { return status == 0 ? done(0) : failed(errno); };
  const bool changes = question.kind == Kind::chmod || question.kind == Kind::chown;
  if (changes && path.process == 0) return failed(EROFS);  // the machine's
  switch (question.kind) {
    case Kind::open: return open(question, path);
    case Kind::xattr: return failed(EOPNOTSUPP);  // no file of /proc has any
    case Kind::readlink: return read_link_of(question, path, memory);
    case Kind::access:
      return result(
          faccessat(AT_FDCWD, name, static_cast<int>(question.mask), at_flags | AT_EACCESS));
    case Kind::chmod: return result(::chmod(name, question.mask));
    case Kind::chown: return result(fchownat(AT_FDCWD, name, question.uid, question.gid, at_flags));
    case Kind::stat: {
      struct stat status {};
      if (fstatat(AT_FDCWD, name, &status, at_flags) != 0) return failed(errno);
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
  if (question.writes() && path.process == 0) return failed(EROFS);  // the machine's settings
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
  return tell(
      question,
      seen_from(root_path_, std::string_view(buffer.data(), static_cast<std::size_t>(size))),
      memory);
}

Answer ProcServer::tell(const Question& question, std::string_view target,
                        const TaskMemory& memory) {
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
Answer ProcServer::open_served(const Question& question, const std::string& path) const {
  const auto file = base::try_open_in_root(options_.root, path, O_PATH);
  if (!file) return {};
  const struct stat found = base::stat_fd(file->get(), path);
  for (const ServedFile& served : *options_.served) {
    if (served.inode != found.st_ino || served.device != found.st_dev) continue;
    if (question.writes()) return failed(EROFS);
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
