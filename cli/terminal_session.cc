#include "cli/terminal_session.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.h"
#include "base/fd.h"
#include "base/file_at.h"
#include "base/sink.h"

namespace cooper::cli {
namespace {

constexpr int kSizeCheck = 250;  // milliseconds between looks at the size of the terminal

// Keys go through as they are, until the end.
class RawTerminal {
 public:
  RawTerminal() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0) base::throw_errno("read mode of", "the terminal");
    termios raw = before_;
    cfmakeraw(&raw);
    if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0)
      base::throw_errno("set mode of", "the terminal");
  }
  ~RawTerminal() { tcsetattr(STDIN_FILENO, TCSADRAIN, &before_); }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;

 private:
  termios before_{};
};

struct PseudoTerminal {
  base::Fd ours, theirs;
};

PseudoTerminal open_pseudo_terminal() {
  PseudoTerminal pair;
  pair.ours = base::Fd(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  std::array<char, 128> name{};
  if (!pair.ours || grantpt(pair.ours.get()) != 0 || unlockpt(pair.ours.get()) != 0 ||
      ptsname_r(pair.ours.get(), name.data(), name.size()) != 0)
    base::throw_errno("open", "a pseudo-terminal");
  pair.theirs = base::open_host(name.data(), O_RDWR | O_NOCTTY);
  return pair;
}

void copy_size(int from, int to, winsize& last) {
  winsize now{};
  if (ioctl(from, TIOCGWINSZ, &now) != 0) return;
  if (now.ws_row == last.ws_row && now.ws_col == last.ws_col) return;
  last = now;
  ioctl(to, TIOCSWINSZ, &now);
}

// What there is to read on one side, to the other; false at its end.
bool pass(int from, int to) {
  std::array<std::byte, 16384> buffer;
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return false;
  base::write_all(to, std::span(buffer).first(static_cast<std::size_t>(count)), "the terminal");
  return true;
}

}  // namespace

sandbox::ExitStatus run_in_terminal(sandbox::SandboxSpec spec, const sandbox::Probe& probe) {
  PseudoTerminal pair = open_pseudo_terminal();
  winsize size{};
  copy_size(STDIN_FILENO, pair.ours.get(), size);
  spec.terminal = true;
  sandbox::Running running = sandbox::start(spec, probe, {}, pair.theirs.get());
  pair.theirs.reset();
  const RawTerminal raw;
  std::array<pollfd, 2> waits{{{pair.ours.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
  for (;;) {
    copy_size(STDIN_FILENO, pair.ours.get(), size);
    if (::poll(waits.data(), waits.size(), kSizeCheck) <= 0) continue;
    if (waits[0].revents != 0 && !pass(pair.ours.get(), STDOUT_FILENO)) break;
    if (waits[1].revents != 0 && !pass(STDIN_FILENO, pair.ours.get())) waits[1].fd = -1;
  }
  return running.wait();
}

}  // namespace cooper::cli
