#include "registry/http/curl_exchange.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <vector>

#include "base/limits.h"
#include "registry/http/curl_library.h"
#include "registry/http/tls_hint.h"

namespace cooper::http {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256 * 1024;

bool is_internal(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text,
              sizeof text);
  }
  return text[0] == '\0' || is_internal_address(text);
}

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

// Behind a proxy the connected address is the proxy's, which the administrator chose.
bool proxy_in_use() {
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    if (is_set(name)) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_tls_failure(CURLcode code) {
  switch (code) {
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS: return true;
    default: return false;
  }
}

Failure kind_of(CURLcode code, long os_error) {
  if (is_tls_failure(code)) return Failure::tls;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return Failure::unresolved;
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY: return Failure::proxy;
    case CURLE_COULDNT_CONNECT:
      return os_error == ECONNREFUSED ? Failure::refused : Failure::broken;
    case CURLE_OPERATION_TIMEDOUT: return Failure::timed_out;
    default: return Failure::broken;
  }
}

// Of an error only the beginning is of use.
std::uint64_t body_limit(const Request& request, const Response& response) {
  if (response.status < 400) return request.body_limit;
  return std::min(request.body_limit, base::limit_of(base::Limit::answer_bytes));
}

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl().easy_setopt(handle, option, value);
  if (code != CURLE_OK) {
    throw base::Error(base::ErrorKind::failure, "set up a transfer", "",
                      curl().easy_strerror(code));
  }
}

}  // namespace

CurlExchange::CurlExchange(CURL* handle, const Request& request, const CurlOptions& options,
                           const HostTls& tls)
    : handle_(handle), request_(request) {
  const std::string& host = request_.url.host;
  if (request_.public_addresses_only && (is_loopback_host(host) || is_internal_address(host))) {
    throw TransportError(Failure::blocked, request_,
                         "the host's address is internal to this network");
  }
  curl().easy_reset(handle_);
  set_connection(options);
  set_security(options, tls);
  set_headers();
  set_body();
  set_signature();
}

CurlExchange::~CurlExchange() { curl().slist_free_all(headers_); }

void CurlExchange::set_connection(const CurlOptions& options) {
  const std::string url = to_string(request_.url);
  set(handle_, CURLOPT_URL, url.c_str());
  set(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle_, CURLOPT_PATH_AS_IS, 1L);
  set(handle_, CURLOPT_FOLLOWLOCATION, 0L);
  set(handle_, CURLOPT_NOSIGNAL, 1L);
  set(handle_, CURLOPT_TCP_KEEPALIVE, 1L);
  set(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(handle_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(handle_, CURLOPT_CONNECTTIMEOUT, static_cast<long>(options.connect_timeout.count()));
  set(handle_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  set(handle_, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request_.idle_timeout.count()));
  if (!request_.sink_for)
    set(handle_, CURLOPT_TIMEOUT, static_cast<long>(request_.deadline.count()));
  set(handle_, CURLOPT_BUFFERSIZE, 512L * 1024);
  set(handle_, CURLOPT_UPLOAD_BUFFERSIZE, 512L * 1024);
  set(handle_, CURLOPT_USERAGENT, "cooper/" COOPER_VERSION);
  set(handle_, CURLOPT_ERRORBUFFER, error_text_);
  if (is_loopback_host(request_.url.host)) set(handle_, CURLOPT_NOPROXY, "*");
  if (request_.public_addresses_only && !proxy_in_use()) {
    set(handle_, CURLOPT_OPENSOCKETFUNCTION, &CurlExchange::on_socket);
    set(handle_, CURLOPT_OPENSOCKETDATA, this);
    set(handle_, CURLOPT_FRESH_CONNECT, 1L);  // an address that was not checked may be in the cache
  }
}

// The authorities of one host go beside the system's, which curl finds in its directory.
void CurlExchange::set_security(const CurlOptions& options, const HostTls& tls) {
  if (!options.ca_directory.empty()) set(handle_, CURLOPT_CAPATH, options.ca_directory.c_str());
  if (!tls.authorities.empty()) {
    curl_blob blob = {const_cast<char*>(tls.authorities.data()), tls.authorities.size(),
                      CURL_BLOB_COPY};
    set(handle_, CURLOPT_CAINFO_BLOB, &blob);
  } else if (!options.ca_file.empty()) {
    set(handle_, CURLOPT_CAINFO, options.ca_file.c_str());
  }
  if (!tls.client_certificate.empty()) {
    set(handle_, CURLOPT_SSLCERT, tls.client_certificate.c_str());
    set(handle_, CURLOPT_SSLKEY, tls.client_key.c_str());
  }
  if (!tls.verify) {
    set(handle_, CURLOPT_SSL_VERIFYPEER, 0L);
    set(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
}

void CurlExchange::set_headers() {
  const auto append = [this](const std::string& line) {
    curl_slist* const longer = curl().slist_append(headers_, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    headers_ = longer;
  };
  // What is not sent must not be signed either.
  if (!request_.aws) append("Expect:");
  for (const auto& [name, value] : request_.headers.fields()) {
    const std::string line = name + (value.empty() ? ";" : ": " + value);
    if (line.find_first_of("\r\n") != std::string::npos) {
      throw base::Error(base::ErrorKind::usage, request_.method, redacted(request_.url),
                        "header '" + name + "' holds a line break");
    }
    append(line);
  }
  set(handle_, CURLOPT_HTTPHEADER, headers_);
  set(handle_, CURLOPT_HEADERFUNCTION, &CurlExchange::on_header);
  set(handle_, CURLOPT_HEADERDATA, this);
  set(handle_, CURLOPT_WRITEFUNCTION, &CurlExchange::on_write);
  set(handle_, CURLOPT_WRITEDATA, this);
}

void CurlExchange::set_body() {
  const std::string& method = request_.method;
  if (method == "HEAD") {
    set(handle_, CURLOPT_NOBODY, 1L);
    return;
  }
  if (request_.body || method == "POST" || method == "PUT" || method == "PATCH") {
    set(handle_, CURLOPT_UPLOAD, 1L);
    set(handle_, CURLOPT_INFILESIZE_LARGE,
        static_cast<curl_off_t>(request_.body ? request_.body->size : 0));
    set(handle_, CURLOPT_READFUNCTION, &CurlExchange::on_read);
    set(handle_, CURLOPT_READDATA, this);
    set(handle_, CURLOPT_SEEKFUNCTION, &CurlExchange::on_seek);
    set(handle_, CURLOPT_SEEKDATA, this);
  }
  if (method != "GET") set(handle_, CURLOPT_CUSTOMREQUEST, method.c_str());
}

void CurlExchange::set_signature() {
  if (!request_.aws) return;
  const AwsSignature& aws = *request_.aws;
  set(handle_, CURLOPT_AWS_SIGV4, ("aws:amz:" + aws.region + ":" + aws.service).c_str());
  set(handle_, CURLOPT_USERNAME, aws.access_key.c_str());
  set(handle_, CURLOPT_PASSWORD, aws.secret_key.c_str());
}

std::size_t CurlExchange::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  const std::string_view line(data, size * count);
  exchange.header_bytes_ += line.size();
  if (exchange.header_bytes_ > kMaxHeaderBytes) return 0;
  try {
    if (line.substr(0, 5) == "HTTP/") {  // also after "100 Continue": only the last head counts
      exchange.response_.headers = {};
    } else if (const std::size_t colon = line.find(':'); colon != std::string_view::npos) {
      exchange.response_.headers.add(std::string(trimmed(line.substr(0, colon))),
                                     std::string(trimmed(line.substr(colon + 1))));
    }
  } catch (...) {
    exchange.failure_ = std::current_exception();
    return 0;
  }
  return line.size();
}

void CurlExchange::choose_sink() {
  if (sink_chosen_) return;
  sink_chosen_ = true;
  long status = 0;
  curl().easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  if (request_.sink_for) sink_ = request_.sink_for(response_);
}

void CurlExchange::take(std::string_view bytes) {
  choose_sink();
  received_ += bytes.size();
  if (sink_ != nullptr) {
    if (request_.sink_limit > 0 && received_ > request_.sink_limit) {
      throw base::Error(
          base::ErrorKind::limit, request_.method, redacted(request_.url),
          "the answer is larger than " + std::to_string(request_.sink_limit) + " bytes");
    }
    sink_->write(base::as_bytes(bytes));
    return;
  }
  const std::uint64_t most = body_limit(request_, response_);
  const std::uint64_t room = most - std::min<std::uint64_t>(most, response_.body.size());
  if (bytes.size() > room && response_.status < 400) {
    base::Error error(
        base::ErrorKind::limit, request_.method, redacted(request_.url),
        "the answer is larger than " + std::to_string(request_.body_limit) + " bytes");
    if (request_.body_limit == base::limit_of(base::Limit::answer_bytes))
      error.with_hint(base::limit_hint(base::Limit::answer_bytes));
    throw error;
  }
  response_.body += bytes.substr(0, room);
}

std::size_t CurlExchange::on_write(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  try {
    exchange.take({data, size * count});
  } catch (...) {
    exchange.failure_ = std::current_exception();
    return 0;
  }
  // An error page without end: what fits is kept, the rest is not read.
  const bool enough =
      exchange.sink_ == nullptr &&
      exchange.response_.body.size() >= body_limit(exchange.request_, exchange.response_);
  return enough && exchange.response_.status >= 400 ? 0 : size * count;
}

std::size_t CurlExchange::on_read(char* data, std::size_t size, std::size_t count, void* self) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (!exchange.request_.body) return 0;
  try {
    if (!exchange.body_) exchange.body_ = exchange.request_.body->open();
    return exchange.body_->read({reinterpret_cast<std::byte*>(data), size * count});
  } catch (...) {
    exchange.failure_ = std::current_exception();
    return CURL_READFUNC_ABORT;
  }
}

int CurlExchange::on_seek(void* self, curl_off_t offset, int origin) {
  auto& exchange = *static_cast<CurlExchange*>(self);
  if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
  exchange.body_.reset();  // opened again by the next read
  return CURL_SEEKFUNC_OK;
}

curl_socket_t CurlExchange::on_socket(void* self, curlsocktype, curl_sockaddr* address) {
  if (is_internal(&address->addr)) {
    static_cast<CurlExchange*>(self)->blocked_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

TransportError CurlExchange::failure_of(CURLcode code) const {
  if (blocked_)
    return {Failure::blocked, request_, "the host's address is internal to this network"};
  long os_error = 0;
  curl().easy_getinfo(handle_, CURLINFO_OS_ERRNO, &os_error);
  long proxy_status = 0;
  curl().easy_getinfo(handle_, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
  const Failure kind = proxy_status >= 400 ? Failure::proxy : kind_of(code, os_error);
  TransportError error(kind, request_,
                       error_text_[0] != '\0' ? error_text_ : curl().easy_strerror(code));
  if (kind == Failure::timed_out) {
    curl_off_t connected = 0;
    curl().easy_getinfo(handle_, CURLINFO_PRETRANSFER_TIME_T, &connected);
    error.with_hint(base::limit_hint(connected == 0 ? base::Limit::connect_seconds
                                                    : base::Limit::idle_seconds));
  }
  if (kind == Failure::tls) {
    long verified = 0;
    curl().easy_getinfo(handle_, CURLINFO_SSL_VERIFYRESULT, &verified);
    error.with_hint(tls_hint(verified, code == CURLE_PEER_FAILED_VERIFICATION, request_.url));
  }
  return error;
}

Response CurlExchange::finish(CURLcode code) {
  if (failure_) std::rethrow_exception(failure_);
  const bool cut_error_page = code == CURLE_WRITE_ERROR && response_.status >= 400;
  if (code != CURLE_OK && !cut_error_page) throw failure_of(code);
  choose_sink();
  return std::move(response_);
}

}  // namespace cooper::http
