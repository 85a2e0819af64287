// ADD <url>: a file from the network, into the store's temp space (rows C18, security D15, D18).
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "base/fd.h"
#include "base/sha256.h"

namespace cooper::context {

struct RemoteFile {
  base::Fd content;        // unlinked temporary file, at its start
  std::uint64_t size = 0;
  base::Sha256Bytes digest{};
  std::string name;        // one safe path component from the URL's path
  std::optional<std::int64_t> last_modified;
};

// How the engine asks; the cli hands in the form that uses the real transport.
class RemoteFetcher {
 public:
  RemoteFetcher() = default;
  RemoteFetcher(const RemoteFetcher&) = delete;
  RemoteFetcher& operator=(const RemoteFetcher&) = delete;
  virtual ~RemoteFetcher() = default;
  [[nodiscard]] virtual RemoteFile fetch(const std::string& url, const std::string& checksum, std::stop_token stop) = 0;
};

}  // namespace cooper::context
