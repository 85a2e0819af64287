#include "cli/prompt.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fd.h"
#include "base/sink.h"
#include "base/source.h"

namespace cooper::cli {
namespace {

constexpr std::size_t kMaxAnswer = 64U << 10;

// Takes the echo off, and gives it back.
class Silence {
 public:
  Silence(int terminal, Echo echo) : terminal_(terminal), silent_(echo == Echo::off) {
    if (!silent_) return;
    if (::tcgetattr(terminal_, &before_) != 0) base::throw_errno("ask on", "/dev/tty");
    struct termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (::tcsetattr(terminal_, TCSAFLUSH, &quiet) != 0) base::throw_errno("ask on", "/dev/tty");
  }
  Silence(const Silence&) = delete;
  Silence& operator=(const Silence&) = delete;
  ~Silence() {
    if (silent_) ::tcsetattr(terminal_, TCSAFLUSH, &before_);
  }

 private:
  int terminal_;
  bool silent_;
  struct termios before_ = {};
};

std::string read_line(int terminal, const std::stop_token& stop) {
  std::string line;
  for (;;) {
    if (stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "ask", "", "interrupted");
    struct pollfd ready = {terminal, POLLIN, 0};
    if (::poll(&ready, 1, 100) <= 0) continue;
    char c = 0;
    const ssize_t count = ::read(terminal, &c, 1);
    if (count <= 0 || c == '\n') return line;
    if (line.size() < kMaxAnswer) line += c;
  }
}

}  // namespace

std::string ask(const std::string& question, Echo echo, const std::stop_token& stop) {
  const base::Fd terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
  if (!terminal) {
    throw base::Error(base::ErrorKind::usage, "ask for", question, "there is no terminal")
        .with_hint("give --username and --password-stdin");
  }
  base::write_all(terminal.get(), base::as_bytes(question + ": "), "/dev/tty");
  std::string answer;
  {
    const Silence silence(terminal.get(), echo);
    answer = read_line(terminal.get(), stop);
  }
  if (echo == Echo::off) base::write_all(terminal.get(), base::as_bytes("\n"), "/dev/tty");
  return answer;
}

}  // namespace cooper::cli
