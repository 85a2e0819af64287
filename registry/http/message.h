// A request and its answer, as values.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/sink.h"
#include "base/source.h"
#include "registry/http/url.h"

namespace cooper::http {

// Header fields in order; names compare without regard to case. A field may occur more than once.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) {
    fields_.emplace_back(std::move(name), std::move(value));
  }
  void set(std::string name, std::string value);  // replaces all of that name
  void remove(std::string_view name);
  [[nodiscard]] std::optional<std::string> find(std::string_view name) const;  // the first
  [[nodiscard]] std::vector<std::string> find_all(std::string_view name) const;
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& fields() const noexcept {
    return fields_;
  }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

// What a request sends. `open` is called again for every try and gives `size` bytes from the
// beginning.
struct Body {
  std::function<std::unique_ptr<base::Source>()> open;
  std::uint64_t size = 0;
};
[[nodiscard]] Body text_body(std::string text);

struct Response {
  int status = 0;
  Headers headers = {};
  std::string body = {};  // of an answer that went to no sink
};

// Whether a wrapper may send the request again after a transient failure.
enum class Retry { safe, never };

// Signs a request as Amazon's services and those like them want it (signature version 4).
struct AwsSignature {
  std::string region, service;  // "eu-west-1", "s3"
  std::string access_key, secret_key;
};

[[nodiscard]] inline std::chrono::seconds seconds_of(base::Limit limit) {
  return std::chrono::seconds(std::min<std::uint64_t>(base::limit_of(limit), 1'000'000));
}

struct Request {
  std::string method = "GET";
  Url url = {};
  Headers headers = {};
  std::optional<Body> body = {};
  // Asked once per answer, with status and headers: where its body goes. nullptr (or no function):
  // Response::body.
  std::function<base::Sink*(const Response& head)> sink_for = {};
  std::uint64_t sink_limit = 0;  // bytes a sink may get; 0: no limit
  // Bytes of Response::body; more is Error(limit), of a status >= 400 cut off.
  std::uint64_t body_limit = base::limit_of(base::Limit::answer_bytes);
  std::chrono::seconds idle_timeout = seconds_of(base::Limit::idle_seconds);
  // Of the whole exchange, however busy it is; 0: none. Does not hold when the answer goes to a
  // sink.
  std::chrono::seconds deadline{300};
  Retry retry = Retry::safe;
  std::stop_token stop = {};
  // ADD <url> sets it: an answer from a loopback, private or link-local address (after name
  // resolution) is refused.
  bool public_addresses_only = false;
  // Needs the header x-amz-content-sha256. The query's parameters are in order and escaped.
  std::optional<AwsSignature> aws = {};
};

}  // namespace cooper::http
