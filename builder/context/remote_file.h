// ADD <url>: a file from the network, into the store's temp space (rows C18, security D15, D18).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "base/sha256.h"
#include "builder/store/store.h"
#include "registry/http/transport.h"

namespace cooper::context {

struct RemoteFile {
  base::Fd content;  // unlinked temporary file, at its start
  std::uint64_t size = 0;
  base::Sha256Bytes digest{};
  std::string name;  // one safe path component from the URL's path
  std::optional<std::int64_t> last_modified;
};

// How the engine asks; the cli hands in the form that uses the real transport. Thread-safe.
class RemoteFetcher {
 public:
  RemoteFetcher() = default;
  RemoteFetcher(const RemoteFetcher&) = delete;
  RemoteFetcher& operator=(const RemoteFetcher&) = delete;
  virtual ~RemoteFetcher() = default;
  // `checksum`: "sha256:..." or empty. `authorization`: the value of that header for the URL's own
  // host, or empty. Throws base::Error: usage (URL or checksum malformed), corrupt (another
  // checksum), and what http::download throws.
  [[nodiscard]] virtual RemoteFile fetch(const std::string& url, const std::string& checksum,
                                         const std::string& authorization,
                                         std::stop_token stop) = 0;
};

struct HttpFetcherOptions {
  std::uint64_t limit = std::uint64_t{4} << 30;
  bool public_addresses_only =
      true;  // no loopback, private or link-local address, redirects included
};

// Fetches with `transport` (its retries are its own) into temp space of `store`; both outlive it.
[[nodiscard]] std::unique_ptr<RemoteFetcher> make_http_fetcher(
    http::Transport& transport, const store::Store& store, const HttpFetcherOptions& options = {});

// What the secrets HTTP_AUTH_HEADER_<host> and HTTP_AUTH_TOKEN_<host> say is to be sent to a URL
// (row C18); empty when there is none. <host> is with the port if the URL has one, or without it.
[[nodiscard]] std::string authorization_for(
    const std::string& url,
    const std::function<std::optional<std::string>(const std::string& id)>& secret);

// The last component of a URL's path, percent-escapes decoded; "__unnamed__" when there is none
// that is a safe file name.
[[nodiscard]] std::string remote_file_name(std::string_view url_path);

}  // namespace cooper::context
