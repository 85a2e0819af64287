#include "registry/http/retry.h"

#include <algorithm>
#include <charconv>

#include "registry/http/http_date.h"

namespace cooper::http {

bool is_transient_status(int status) {
  switch (status) {
    case 408:
    case 425:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 522: return true;
    default: return false;
  }
}

bool is_connect_failure(Failure failure) {
  return failure == Failure::refused || failure == Failure::unresolved;
}

bool is_transient(Failure failure) {
  return failure == Failure::broken || failure == Failure::timed_out;
}

std::optional<std::chrono::seconds> retry_after(const Response& response, std::int64_t unix_now) {
  const std::optional<std::string> value = response.headers.find("Retry-After");
  if (!value) return std::nullopt;
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), seconds);
  if (error == std::errc{} && end == value->data() + value->size()) {
    return std::chrono::seconds(std::max<std::int64_t>(0, seconds));
  }
  if (error == std::errc::result_out_of_range) return std::chrono::seconds::max();
  const auto date = try_parse_date(*value);
  if (!date) return std::nullopt;
  return std::chrono::seconds(std::max<std::int64_t>(0, *date - unix_now));
}

void RetryBudget::sleep(std::chrono::milliseconds time, const std::stop_token& stop) {
  clock_.sleep(time, stop);
  if (stop.stop_requested())
    throw base::Error(base::ErrorKind::cancelled, "wait for a registry", "", "cancelled");
}

bool RetryBudget::wait(const std::stop_token& stop,
                       std::optional<std::chrono::seconds> retry_after) {
  const Clock::TimePoint now = clock_.now();
  if (!first_failure_) first_failure_ = now;
  ++failures_;
  if (failures_ >= policy_.tries || now - *first_failure_ > policy_.budget) return false;
  if (retry_after) {
    if (*retry_after > policy_.longest_retry_after) return false;
    sleep(*retry_after, stop);
    return true;
  }
  const auto ceiling = std::min<std::int64_t>(
      policy_.longest_wait.count(), policy_.first_wait.count() << std::min(failures_ - 1, 20));
  sleep(std::chrono::milliseconds(
            static_cast<std::int64_t>(static_cast<double>(ceiling) * clock_.chance())),
        stop);
  return true;
}

bool RetryBudget::wait_to_connect(const std::stop_token& stop) {
  if (++failed_connects_ > 1) return false;
  sleep(std::chrono::milliseconds(200), stop);
  return true;
}

void RetryBudget::progress() {
  failures_ = 0;
  failed_connects_ = 0;
  first_failure_.reset();
}

Response RetryTransport::send(const Request& request) {
  if (request.retry == Retry::never) return inner_->send(request);
  RetryBudget budget(policy_, *clock_);
  for (;;) {
    bool delivered = false;
    Request attempt = request;
    if (request.sink_for) {
      attempt.sink_for = [&](const Response& head) {
        base::Sink* const sink =
            is_transient_status(head.status) ? nullptr : request.sink_for(head);
        delivered = delivered || sink != nullptr;
        return sink;
      };
    }
    try {
      Response response = inner_->send(attempt);
      if (!is_transient_status(response.status)) return response;
      if (!budget.wait(request.stop, retry_after(response, clock_->unix_seconds())))
        return response;
    } catch (const TransportError& error) {
      const bool again = is_connect_failure(error.failure()) ? budget.wait_to_connect(request.stop)
                         : is_transient(error.failure()) ? !delivered && budget.wait(request.stop)
                                                         : false;
      if (!again) throw;
    }
  }
}

}  // namespace cooper::http
