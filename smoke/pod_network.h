// The network of a pod: a namespace of its own, with nothing in it but loopback, in which a thread
// lives for as long as it is needed: sockets opened and processes started by that thread belong to
// it. Where none is to be had it is the builder's own network.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

namespace cooper::smoke {

class PodNetwork {
 public:
  // `own`: a namespace of its own. Throws base::Error.
  explicit PodNetwork(bool own = true);
  ~PodNetwork();
  PodNetwork(const PodNetwork&) = delete;
  PodNetwork& operator=(const PodNetwork&) = delete;

  [[nodiscard]] bool is_own() const { return own_; }
  // For SandboxSpec::network_of: the kernel's id of the thread.
  [[nodiscard]] pid_t id() const { return id_; }

  // Runs `work` in the network's thread and waits for it; what it throws is thrown here. For one
  // caller at a time.
  void run(const std::function<void()>& work);

  // Whether a port of 127.0.0.1 accepts a connection.
  [[nodiscard]] bool accepts(std::uint16_t port);

 private:
  void live();
  void work_once(std::unique_lock<std::mutex>& lock);

  const bool own_;
  std::mutex mutex_;
  std::condition_variable changed_;
  const std::function<void()>* work_ = nullptr;
  std::exception_ptr failure_, work_failure_;
  pid_t id_ = -1;
  bool ready_ = false, ending_ = false;
  std::thread thread_;
};

}  // namespace cooper::smoke
