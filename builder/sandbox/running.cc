#include "builder/sandbox/running.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "builder/sandbox/message.h"

namespace cooper::sandbox {

using base::Error;
using base::ErrorKind;
using base::Fd;

bool pass_on(int fd, int stream, const Output& output) {
  std::array<char, 16384> buffer;
  const ssize_t size = read(fd, buffer.data(), buffer.size());
  if (size < 0) return errno == EINTR || errno == EAGAIN;
  if (size == 0) return false;
  if (output) output(stream, {buffer.data(), static_cast<std::size_t>(size)});
  return true;
}

Running::State::State(std::shared_ptr<Launcher> launcher_, Launched launched_, Output output_,
                      bool in_chroot_)
    : launcher(std::move(launcher_)),
      launched(std::move(launched_)),
      output(std::move(output_)),
      in_chroot(in_chroot_) {
  reader = std::thread([this] { follow(); });
}

Running::State::~State() {
  kill();
  reader.join();
}

void Running::State::follow() noexcept {
  std::array<pollfd, 3> waits{{{launched.output.get(), POLLIN, 0},
                               {launched.errors.get(), POLLIN, 0},
                               {launched.control.get(), POLLIN, 0}}};
  const auto open = [&] { return waits[0].fd >= 0 || waits[1].fd >= 0 || waits[2].fd >= 0; };
  while (open()) {
    if (poll(waits.data(), waits.size(), -1) < 0) continue;
    try {
      for (int stream : {1, 2}) {
        pollfd& wait = waits[static_cast<std::size_t>(stream) - 1];
        if (wait.revents != 0 && !pass_on(wait.fd, stream, output)) wait.fd = -1;
      }
      if (waits[2].revents == 0) continue;
      const auto message = receive_message(launched.control.get());
      if (!message) waits[2].fd = -1;
      if (message) {
        const Report report = parse_report(message->text);
        if (const auto* end = std::get_if<Exited>(&report)) exited = *end;
      }
    } catch (...) {
      if (!failure) failure = std::current_exception();
      output = nullptr;
      kill();
    }
  }
  pollfd end{launched.pidfd.get(), POLLIN, 0};
  while (poll(&end, 1, -1) < 0) continue;
  const std::lock_guard lock(mutex);
  finished = true;
  changed.notify_all();
}

void Running::State::kill() noexcept {
  const std::lock_guard lock(mutex);
  if (finished) return;
  killed = true;
  if (in_chroot) {
    shutdown(launched.control.get(), SHUT_WR);
    return;
  }
  syscall(SYS_pidfd_send_signal, launched.pidfd.get(), SIGKILL, nullptr, 0);
}

ExitStatus Running::State::result() {
  if (failure) std::rethrow_exception(failure);
  if (exited) return {exited->code, exited->signal};
  if (killed) return {128 + SIGKILL, SIGKILL};
  throw Error(ErrorKind::failure, "run in", "the sandbox", "its init was killed from outside");
}

Running::Running(std::unique_ptr<State> state) : state_(std::move(state)) {}
Running::Running(Running&&) noexcept = default;
Running& Running::operator=(Running&&) noexcept = default;
Running::~Running() = default;

int Running::pid() const { return state_->launched.pid; }

void Running::kill() { state_->kill(); }

void Running::signal(int number) {
  try {
    send_message(state_->launched.control.get(), to_json(InitRequest{SignalRequest{number}}));
  } catch (const Error&) {
    return;  // it has ended
  }
}

std::optional<ExitStatus> Running::wait_for(std::chrono::milliseconds timeout) {
  std::unique_lock lock(state_->mutex);
  if (!state_->changed.wait_for(lock, timeout, [&] { return state_->finished; }))
    return std::nullopt;
  return state_->result();
}

ExitStatus Running::wait() {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->finished; });
  return state_->result();
}

namespace {

// Everything the process wrote before it ended; a child it left behind may keep the pipe open.
void drain(int fd, int stream, const Output& output) {
  if (fd < 0) return;
  fcntl(fd, F_SETFL, O_NONBLOCK);
  pollfd wait{fd, POLLIN, 0};
  while (poll(&wait, 1, 0) > 0 && pass_on(fd, stream, output)) continue;
}

std::optional<ExitStatus> read_exit(int status) {
  const auto message = receive_message(status);
  if (!message) throw Error(ErrorKind::failure, "run in", "the sandbox", "the container has ended");
  const Report report = parse_report(message->text);
  if (const auto* failed = std::get_if<Failed>(&report)) throw to_error(*failed);
  if (const auto* end = std::get_if<Exited>(&report)) return ExitStatus{end->code, end->signal};
  return std::nullopt;
}

}  // namespace

ExitStatus Running::exec(const std::vector<std::string>& argv, const std::vector<std::string>& env,
                         const Output& output, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  SocketPair status = open_socket_pair();
  base::Pipe out = base::open_pipe();
  base::Pipe err = base::open_pipe();
  const std::array fds{status.theirs.get(), out.write.get(), err.write.get()};
  send_message(state_->launched.control.get(), to_json(InitRequest{ExecRequest{argv, env}}), fds);
  status.theirs.reset();
  out.write.reset();
  err.write.reset();
  std::array<pollfd, 3> waits{
      {{out.read.get(), POLLIN, 0}, {err.read.get(), POLLIN, 0}, {status.mine.get(), POLLIN, 0}}};
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) {
      throw Error(ErrorKind::failure, "run in the sandbox", argv.empty() ? "" : argv.front(),
                  "it did not end within " + std::to_string(timeout.count()) + " ms");
    }
    if (poll(waits.data(), waits.size(), static_cast<int>(left.count())) <= 0) continue;
    for (int stream : {1, 2}) {
      pollfd& wait = waits[static_cast<std::size_t>(stream) - 1];
      if (wait.revents != 0 && !pass_on(wait.fd, stream, output)) wait.fd = -1;
    }
    if (waits[2].revents == 0) continue;
    const auto exited = read_exit(status.mine.get());
    if (!exited) continue;
    drain(waits[0].fd, 1, output);
    drain(waits[1].fd, 2, output);
    return *exited;
  }
}

}  // namespace cooper::sandbox
