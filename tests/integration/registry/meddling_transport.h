// A transport that lets a test step in before and after each exchange, and cut bodies short.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "registry/http/transport.h"

namespace cooper::test {

class MeddlingTransport final : public http::Transport {
 public:
  explicit MeddlingTransport(std::shared_ptr<http::Transport> inner) : inner_(std::move(inner)) {}

  // Called before each request is passed on; may change it, or throw.
  std::function<void(http::Request&)> before;

  [[nodiscard]] http::Response send(const http::Request& request) override {
    http::Request mine = request;
    {
      const std::lock_guard lock(mutex_);
      log.push_back(request.method + " " + request.url.path);
      if (before) before(mine);
    }
    return inner_->send(mine);
  }

  // The connection breaks when so many bytes of the request's body were sent.
  static void cut_body(http::Request& request, std::uint64_t after) {
    const auto open = request.body->open;
    request.body->open = [open, after, copy = request] {
      return std::make_unique<CutSource>(open(), after, copy);
    };
  }

  std::vector<std::string> log;  // "PUT /v2/..."
  [[nodiscard]] int count(const std::string& prefix) const {
    int found = 0;
    for (const std::string& line : log) found += line.starts_with(prefix) ? 1 : 0;
    return found;
  }

 private:
  class CutSource final : public base::Source {
   public:
    CutSource(std::unique_ptr<base::Source> inner, std::uint64_t after,
              const http::Request& request)
        : inner_(std::move(inner)), left_(after), error_(http::Failure::broken, request, "cut") {}
    std::size_t read(std::span<std::byte> buffer) override {
      if (left_ == 0) throw http::TransportError(error_);
      const std::size_t count =
          inner_->read(buffer.first(std::min<std::uint64_t>(buffer.size(), left_)));
      left_ -= count;
      return count;
    }

   private:
    std::unique_ptr<base::Source> inner_;
    std::uint64_t left_;
    http::TransportError error_;
  };

  std::shared_ptr<http::Transport> inner_;
  std::mutex mutex_;
};

}  // namespace cooper::test
