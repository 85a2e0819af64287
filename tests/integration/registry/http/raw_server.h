// A TCP server on the loopback that answers with the very bytes a test gives it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/fd.h"

namespace cooper::test {

class RawServer {
 public:
  // Gives the bytes to answer with; the connection is closed afterwards when `close` is set.
  struct Answer {
    std::string bytes;
    bool close = true;
    bool reset = false;        // end with RST
    bool hang = false;         // say nothing more until the server ends
    bool endless = false;      // repeat the last byte until the other side goes away
    bool before_body = false;  // answer without reading the request's body
  };
  using Handler = std::function<Answer(const std::string& head, const std::string& body)>;

  // `greeting`, if any, is all that a connection gets, at once.
  explicit RawServer(Handler handler, std::string greeting = {})
      : handler_(std::move(handler)), greeting_(std::move(greeting)) {
    listener_ = base::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), plain, size) != 0 || ::listen(listener_.get(), 16) != 0 ||
        ::getsockname(listener_.get(), plain, &size) != 0) {
      base::throw_errno("start", "test server");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this](const std::stop_token& stop) { serve(stop); });
  }
  ~RawServer() {
    stop_ = true;
    thread_.request_stop();
  }

  [[nodiscard]] std::string url(const std::string& path = "/x") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  [[nodiscard]] int port() const { return port_; }
  std::atomic<int> connections = 0;

 private:
  void serve(const std::stop_token& stop) {
    std::vector<std::jthread> threads;
    while (!stop.stop_requested()) {
      if (!readable(listener_.get())) continue;
      base::Fd peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer) continue;
      ++connections;
      threads.emplace_back(
          [this, fd = std::make_shared<base::Fd>(std::move(peer))] { converse(fd->get()); });
    }
  }

  [[nodiscard]] static bool readable(int fd) {
    pollfd entry{fd, POLLIN, 0};
    return ::poll(&entry, 1, 50) > 0;
  }

  bool receive(int fd, std::string& into) {
    while (!stop_) {
      if (!readable(fd)) continue;
      char buffer[16384];
      const ssize_t count = ::recv(fd, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      into.append(buffer, static_cast<std::size_t>(count));
      return true;
    }
    return false;
  }

  static bool send_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
  }

  void converse(int fd) {
    if (!greeting_.empty()) {
      send_all(fd, greeting_);
      return;
    }
    for (std::string input; !stop_;) {
      std::size_t end = 0;
      while ((end = input.find("\r\n\r\n")) == std::string::npos) {
        if (!receive(fd, input)) return;
      }
      const std::string head = input.substr(0, end);
      input.erase(0, end + 4);
      Answer answer = handler_(head, "");
      if (!answer.before_body) {
        const std::size_t at = head.find("Content-Length: ");
        const std::size_t size = at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
        while (input.size() < size) {
          if (!receive(fd, input)) return;
        }
        answer = handler_(head, input.substr(0, size));
        input.erase(0, size);
      }
      if (!finish(fd, answer)) return;
    }
  }

  // False when the conversation is over.
  bool finish(int fd, const Answer& answer) {
    send_all(fd, answer.bytes);
    while (answer.hang && !stop_) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    while (answer.endless && !stop_ && send_all(fd, std::string(65536, answer.bytes.back()))) {
    }
    if (answer.reset) {
      const linger now{1, 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    } else if (answer.close) {
      ::shutdown(fd, SHUT_WR);
    }
    return !answer.close && !answer.reset;
  }

  Handler handler_;
  std::string greeting_;
  base::Fd listener_;
  int port_ = 0;
  std::atomic<bool> stop_ = false;
  std::jthread thread_;
};

[[nodiscard]] inline std::string http_answer(const std::string& status, const std::string& headers,
                                             const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace cooper::test
