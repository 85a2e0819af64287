// Retries: which failures are transient, how long to wait, and a Transport that does both for
// requests that are safe to repeat. Upload chunks are not: their own code asks RetryBudget.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>

#include "registry/http/clock.h"
#include "registry/http/transport.h"

namespace cooper::http {

struct RetryPolicy {
  int tries = 6;
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds longest_wait{30'000};
  std::chrono::seconds longest_retry_after{120};
  std::chrono::seconds budget{300};  // from the first failure; progress() begins it anew
};

// Counts the failures of one piece of work.
class RetryBudget {
 public:
  RetryBudget(const RetryPolicy& policy, Clock& clock) : policy_(policy), clock_(clock) {}

  // After a transient failure: waits (exponential, full jitter, or as Retry-After said) and returns
  // true, or returns false at once when the budget is spent. Throws Error(cancelled).
  [[nodiscard]] bool wait(const std::stop_token& stop,
                          std::optional<std::chrono::seconds> retry_after = {});
  // The same for a failure to connect: one quick second try, no more.
  [[nodiscard]] bool wait_to_connect(const std::stop_token& stop);
  void progress();  // something was achieved: the count begins anew

 private:
  void sleep(std::chrono::milliseconds time, const std::stop_token& stop);

  RetryPolicy policy_;
  Clock& clock_;
  int failures_ = 0;
  int failed_connects_ = 0;
  std::optional<Clock::TimePoint> first_failure_;
};

[[nodiscard]] bool is_transient_status(int status);
// A connection that could not be made (refused, no such host): repeating it soon is pointless.
[[nodiscard]] bool is_connect_failure(Failure failure);
[[nodiscard]] bool is_transient(Failure failure);

// Retry-After in either form (seconds or an HTTP date), nullopt if absent or unreadable; never
// negative.
[[nodiscard]] std::optional<std::chrono::seconds> retry_after(const Response& response,
                                                              std::int64_t unix_now);

class RetryTransport final : public Transport {
 public:
  RetryTransport(std::shared_ptr<Transport> inner, std::shared_ptr<Clock> clock,
                 RetryPolicy policy = {})
      : inner_(std::move(inner)), clock_(std::move(clock)), policy_(policy) {}

  // A request whose answer already reached a sink is not repeated.
  [[nodiscard]] Response send(const Request& request) override;

 private:
  std::shared_ptr<Transport> inner_;
  std::shared_ptr<Clock> clock_;
  RetryPolicy policy_;
};

}  // namespace cooper::http
