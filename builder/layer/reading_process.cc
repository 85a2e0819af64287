#include "builder/layer/reading_process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "builder/layer/layer_messages.h"

namespace cooper::layer {
namespace {

// Started with the first bytes to read; ends with the program.
sandbox::Launcher& launcher() {
  static sandbox::Launcher one;
  return one;
}

}  // namespace

ReadingProcess::ReadingProcess() {
  sandbox::LaunchRequest request;
  request.task = kLayerTask;
  launched_ = launcher().launch(request);
}

void ReadingProcess::kill() const {
  ::syscall(SYS_pidfd_send_signal, launched_.pidfd.get(), SIGKILL, nullptr, 0);
}

ReadingProcess::~ReadingProcess() {
  kill();
  wait();
}

void ReadingProcess::wait() const {
  pollfd end{launched_.pidfd.get(), POLLIN, 0};
  while (::poll(&end, 1, -1) < 0 && errno == EINTR) continue;
}

std::string finished_body(const std::optional<sandbox::Message>& message, const std::string& what,
                          const std::string& name) {
  if (message && message->text.starts_with(kFinished)) return message->text.substr(1);
  if (message && (message->text.starts_with(kFailed) || message->text.starts_with(kBadBlob))) {
    const sandbox::Report report = sandbox::parse_report(message->text.substr(1));
    if (const auto* failed = std::get_if<sandbox::Failed>(&report))
      throw sandbox::to_error(*failed);
  }
  throw base::Error(base::ErrorKind::failure, what, name,
                    "the process that reads it ended without a result");
}

}  // namespace cooper::layer
