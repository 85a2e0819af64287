#include "cli/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

namespace cooper::cli {
namespace {

std::atomic<int> g_received = 0;  // the one mutable global: which signal asked us to stop

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this](const std::stop_token& ending) {
    const sigset_t waited = stop_signals();
    const timespec pause{0, 50'000'000};
    while (!ending.stop_requested()) {
      const int signal = ::sigtimedwait(&waited, nullptr, &pause);
      if (signal <= 0) continue;
      if (g_received.exchange(signal) != 0) ::_exit(128 + signal);
      stop_.request_stop();
    }
  });
}

Signals::~Signals() = default;

int Signals::received() const { return g_received; }

}  // namespace cooper::cli
