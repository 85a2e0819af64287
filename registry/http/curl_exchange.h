// One exchange on a libcurl handle: callbacks in, Response or exception out. Part of CurlTransport.
#pragma once

#include <curl/curl.h>

#include <exception>
#include <memory>
#include <string>

#include "registry/http/curl_transport.h"

namespace cooper::http {

class CurlExchange {
 public:
  // `tls` is of the request's host and outlives the handle's connections.
  CurlExchange(CURL* handle, const Request& request, const CurlOptions& options,
               const HostTls& tls);
  ~CurlExchange();
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  // What the transfer's end means: the Response, or the exception of a callback, or a
  // TransportError.
  [[nodiscard]] Response finish(CURLcode code);

 private:
  void set_connection(const CurlOptions& options);
  void set_security(const CurlOptions& options, const HostTls& tls);
  void set_headers();
  void set_body();
  void set_signature();
  void choose_sink();
  void take(std::string_view bytes);
  [[nodiscard]] TransportError failure_of(CURLcode code) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self);
  static int on_seek(void* self, curl_off_t offset, int origin);
  static curl_socket_t on_socket(void* self, curlsocktype purpose, curl_sockaddr* address);

  CURL* handle_;
  const Request& request_;
  curl_slist* headers_ = nullptr;
  char error_text_[CURL_ERROR_SIZE] = {};
  std::unique_ptr<base::Source> body_;
  std::exception_ptr failure_;
  Response response_;
  base::Sink* sink_ = nullptr;
  bool sink_chosen_ = false;
  bool blocked_ = false;
  std::size_t header_bytes_ = 0;
  std::uint64_t received_ = 0;
};

}  // namespace cooper::http
