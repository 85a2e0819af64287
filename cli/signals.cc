#include "cli/signals.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>

namespace cooper::cli {
namespace {

std::atomic<int> g_received = 0;  // the one mutable global: which signal asked us to stop

constexpr int kWake = SIGUSR1;  // sent by the destructor to its own thread

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : {SIGINT, SIGTERM, SIGHUP, kWake}) sigaddset(&set, signal);
  return set;
}

}  // namespace

Signals::Signals() {
  ::signal(SIGPIPE, SIG_IGN);
  const sigset_t set = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::jthread([this](const std::stop_token& ending) {
    const sigset_t waited = stop_signals();
    while (!ending.stop_requested()) {
      int signal = 0;
      if (::sigwait(&waited, &signal) != 0 || signal == kWake) continue;
      if (g_received.exchange(signal) != 0) ::_exit(128 + signal);
      stop_.request_stop();
    }
  });
}

Signals::~Signals() {
  thread_.request_stop();
  ::pthread_kill(thread_.native_handle(), kWake);
}

int Signals::received() const { return g_received; }

}  // namespace cooper::cli
