#include "smoke/pod_network.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "base/error.h"
#include "base/fd.h"

namespace cooper::smoke {
namespace {

void enter_new_network() {
  if (::unshare(CLONE_NEWNET) != 0) base::throw_errno("make", "a network namespace");
  const base::Fd socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  if (!socket || ::ioctl(socket.get(), SIOCSIFFLAGS, &request) != 0) {
    base::throw_errno("raise", "the loopback interface");
  }
}

}  // namespace

PodNetwork::PodNetwork(bool own) : own_(own), thread_([this] { live(); }) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ready_; });
  if (!failure_) return;
  lock.unlock();
  thread_.join();
  std::rethrow_exception(failure_);
}

PodNetwork::~PodNetwork() {
  {
    const std::lock_guard guard(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void PodNetwork::live() {
  std::unique_lock lock(mutex_);
  try {
    if (own_) enter_new_network();
    id_ = ::gettid();
  } catch (...) {
    failure_ = std::current_exception();
  }
  ready_ = true;
  changed_.notify_all();
  while (!failure_) {
    changed_.wait(lock, [this] { return ending_ || work_ != nullptr; });
    if (ending_) return;
    work_once(lock);
  }
}

void PodNetwork::work_once(std::unique_lock<std::mutex>& lock) {
  std::exception_ptr failure;
  const std::function<void()>& work = *work_;
  lock.unlock();
  try {
    work();
  } catch (...) {
    failure = std::current_exception();
  }
  lock.lock();
  work_ = nullptr;
  work_failure_ = failure;
  changed_.notify_all();
}

void PodNetwork::run(const std::function<void()>& work) {
  std::unique_lock lock(mutex_);
  work_ = &work;
  changed_.notify_all();
  changed_.wait(lock, [this] { return work_ == nullptr; });
  if (work_failure_) std::rethrow_exception(std::exchange(work_failure_, nullptr));
}

bool PodNetwork::accepts(std::uint16_t port) {
  bool connected = false;
  run([&] {
    const base::Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (!socket) base::throw_errno("open", "a socket");
    connected =
        ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  });
  return connected;
}

}  // namespace cooper::smoke
