#include "smoke/probe_client.h"

#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/error.h"

namespace cooper::smoke {
namespace {

using base::Error;
using base::ErrorKind;

// Requests a stop when the time is over.
class Alarm {
 public:
  Alarm(std::stop_source& target, Milliseconds time)
      : thread_([&target, time](const std::stop_token& off) {
          std::mutex mutex;
          std::condition_variable_any changed;
          std::unique_lock lock(mutex);
          changed.wait_for(lock, off, time, [] { return false; });
          if (!off.stop_requested()) target.request_stop();
        }) {}

 private:
  std::jthread thread_;
};

http::Request make_request(const HttpRequest& request, Milliseconds timeout, std::stop_token stop) {
  http::Request made;
  made.url = http::parse_url(request.url);
  if (!request.host.empty()) made.headers.set("Host", request.host);
  made.headers.set("Accept", "*/*");
  made.body_limit = kMaxBodyBytes;
  made.idle_timeout = std::chrono::ceil<std::chrono::seconds>(timeout) + std::chrono::seconds(1);
  made.stop = std::move(stop);
  return made;
}

}  // namespace

HttpAnswer get_in_network(PodNetwork& network, http::Transport& transport,
                          const HttpRequest& request, Milliseconds timeout,
                          const std::stop_token& stop) {
  std::stop_source end;
  const std::stop_callback on_stop(stop, [&end] { end.request_stop(); });
  const Alarm alarm(end, timeout);
  HttpAnswer answer;
  try {
    http::Response response;
    network.run(
        [&] { response = transport.send(make_request(request, timeout, end.get_token())); });
    answer.status = response.status;
    answer.content_type = response.headers.find("Content-Type").value_or("");
    answer.body = std::move(response.body);
  } catch (const Error& error) {
    if (stop.stop_requested()) throw Error(ErrorKind::cancelled, "test", "", "it was stopped");
    const bool late = error.kind() == ErrorKind::cancelled;
    answer.error =
        late ? "no whole answer within " + std::to_string(timeout.count()) + " ms" : error.cause();
  }
  return answer;
}

}  // namespace cooper::smoke
