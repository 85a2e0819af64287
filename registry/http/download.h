// One file from a URL the user wrote (ADD <url>), streamed into a sink.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/sha256.h"
#include "registry/http/transport.h"

namespace cooper::http {

struct DownloadOptions {
  std::uint64_t limit = std::uint64_t{4} << 30;
  bool public_addresses_only = true;
  Headers headers = {};  // e.g. If-None-Match
  std::stop_token stop = {};
};

struct Download {
  Url url;          // the one that answered, after redirects
  Headers headers;  // Last-Modified, ETag
  std::uint64_t size = 0;
  base::Sha256Bytes sha256{};
  bool not_modified = false;  // 304: nothing was written
};

// Throws base::Error: not_found (404, 410), denied (401, 403), network, limit. finish() of `sink`
// is the caller's.
[[nodiscard]] Download download(Transport& transport, const Url& url, base::Sink& sink,
                                const DownloadOptions& options);

}  // namespace cooper::http
