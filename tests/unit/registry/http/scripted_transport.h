// A Transport that gives prepared answers in order and notes what it was asked.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "registry/http/transport.h"

namespace cooper::test {

class ScriptedTransport final : public http::Transport {
 public:
  using Answer = std::function<http::Response(const http::Request&)>;

  void add(int status, http::Headers headers = {}, std::string body = {}) {
    answers_.push_back([=](const http::Request& request) {
      http::Response response{status, headers, {}};
      base::Sink* const sink = request.sink_for ? request.sink_for(response) : nullptr;
      if (sink == nullptr) {
        response.body = body;
      } else {
        sink->write(base::as_bytes(body));
      }
      return response;
    });
  }
  void fail(http::Failure failure) {
    answers_.push_back([failure](const http::Request& request) -> http::Response {
      throw http::TransportError(failure, request, "scripted");
    });
  }
  void add(Answer answer) { answers_.push_back(std::move(answer)); }

  http::Response send(const http::Request& request) override {
    requests.push_back(request);
    if (answers_.empty())
      throw base::Error(base::ErrorKind::failure, "script", "", "there is no answer left");
    const Answer answer = answers_.front();
    answers_.pop_front();
    return answer(request);
  }

  std::vector<http::Request> requests;

 private:
  std::deque<Answer> answers_;
};

}  // namespace cooper::test
