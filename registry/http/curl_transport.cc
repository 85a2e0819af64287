#include "registry/http/curl_transport.h"

#include <curl/curl.h>

#include <cstdlib>
#include <map>
#include <mutex>
#include <vector>

#include "base/host_file.h"
#include "registry/http/curl_exchange.h"
#include "registry/http/curl_library.h"

namespace cooper::http {
namespace {

constexpr std::size_t kIdleWorkers = 16;
constexpr std::uint64_t kMaxAuthorityBytes = 8U << 20;

// A handle with the connections it keeps alive.
class Worker {
 public:
  Worker() : multi_(curl().multi_init()), easy_(curl().easy_init()) {
    if (multi_ == nullptr || easy_ == nullptr) throw std::bad_alloc();
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() {
    curl().easy_cleanup(easy_);
    curl().multi_cleanup(multi_);
  }

  [[nodiscard]] CURL* easy() const noexcept { return easy_; }

  // Runs the prepared handle to its end; CURLE_ABORTED_BY_CALLBACK when `stop` was requested.
  [[nodiscard]] CURLcode run(const std::stop_token& stop) {
    const std::stop_callback wake(stop, [this] { curl().multi_wakeup(multi_); });
    if (curl().multi_add_handle(multi_, easy_) != CURLM_OK) return CURLE_FAILED_INIT;
    const CURLcode code = drive(stop);
    curl().multi_remove_handle(multi_, easy_);
    return code;
  }

 private:
  CURLcode drive(const std::stop_token& stop) {
    for (int running = 1; running > 0;) {
      if (stop.stop_requested()) return CURLE_ABORTED_BY_CALLBACK;
      if (curl().multi_perform(multi_, &running) != CURLM_OK) return CURLE_FAILED_INIT;
      if (running > 0 && curl().multi_poll(multi_, nullptr, 0, 1000, nullptr) != CURLM_OK)
        return CURLE_FAILED_INIT;
    }
    int left = 0;
    while (const CURLMsg* message = curl().multi_info_read(multi_, &left)) {
      if (message->msg == CURLMSG_DONE) return message->data.result;
    }
    return CURLE_FAILED_INIT;
  }

  CURLM* multi_;
  CURL* easy_;
};

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

}  // namespace

// Idle workers; the one used last, whose connections are the warmest, is taken first.
struct CurlTransport::Pool {
  CurlOptions options;
  std::mutex mutex;
  std::vector<std::unique_ptr<Worker>> idle;
  std::map<std::string, HostTls> tls;  // by authority; entries stay where they are

  const HostTls& tls_of(const std::string& authority) {
    const std::lock_guard lock(mutex);
    const auto known = tls.find(authority);
    if (known != tls.end()) return known->second;
    HostTls found = options.tls_for ? options.tls_for(authority) : HostTls{};
    if (!found.authorities.empty() && !options.ca_file.empty())
      found.authorities +=
          base::try_read_host_file(options.ca_file, kMaxAuthorityBytes).value_or("");
    return tls.emplace(authority, std::move(found)).first->second;
  }

  std::unique_ptr<Worker> take() {
    {
      const std::lock_guard lock(mutex);
      if (!idle.empty()) {
        std::unique_ptr<Worker> worker = std::move(idle.back());
        idle.pop_back();
        return worker;
      }
    }
    return std::make_unique<Worker>();
  }

  void give(std::unique_ptr<Worker> worker) {
    const std::lock_guard lock(mutex);
    if (idle.size() < kIdleWorkers) idle.push_back(std::move(worker));
  }
};

CurlOptions curl_options_from_environment() {
  CurlOptions options;
  options.ca_file = environment("SSL_CERT_FILE");
  options.ca_directory = environment("SSL_CERT_DIR");
  return options;
}

CurlTransport::CurlTransport(CurlOptions options) : pool_(std::make_unique<Pool>()) {
  pool_->options = std::move(options);
}

CurlTransport::~CurlTransport() = default;

Response CurlTransport::send(const Request& request) {
  static const HostTls plain;
  const HostTls& tls =
      request.url.scheme == "https" ? pool_->tls_of(authority(request.url)) : plain;
  std::unique_ptr<Worker> worker = pool_->take();
  CurlExchange exchange(worker->easy(), request, pool_->options, tls);
  const CURLcode code = worker->run(request.stop);
  if (code == CURLE_ABORTED_BY_CALLBACK && request.stop.stop_requested()) {
    throw base::Error(base::ErrorKind::cancelled, request.method, redacted(request.url),
                      "cancelled");
  }
  Response response = exchange.finish(code);  // a worker whose transfer failed is not used again
  pool_->give(std::move(worker));
  return response;
}

}  // namespace cooper::http
