// Uploads one blob: asks first, mounts from another repository if it can, then sends in one piece
// or in chunks whose size follows the connection, and asks again at the end.
//
// An upload that breaks is taken up once where the registry says it stands; if that fails too, and
// at once with Gitea (whose sessions do not survive a broken request), in a new session from the
// beginning. Chunks stay below what proxies allow (100 MB, 60 s); a body in one piece that breaks
// goes in chunks the next time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "base/source.h"
#include "oci/descriptor.h"
#include "registry/http/retry.h"
#include "registry/repository.h"

namespace cooper::registry {

struct BlobContent {
  oci::Descriptor descriptor;
  // Opens the bytes from `offset` on; called again for every try.
  std::function<std::unique_ptr<base::Source>(std::uint64_t offset)> open;
};

struct UploadOptions {
  std::uint64_t one_piece = std::uint64_t{16} << 20;  // blobs up to this size go in one request
  std::uint64_t first_chunk = std::uint64_t{16} << 20;
  std::uint64_t smallest_chunk = std::uint64_t{256} << 10;
  std::uint64_t largest_chunk = std::uint64_t{64} << 20;
  std::chrono::seconds chunk_time{10};  // what a chunk should take at most
  http::RetryPolicy retry = {};
  // Bytes of the blob that were read for sending; may go back.
  std::function<void(std::uint64_t sent)> on_sent = {};
  std::function<void()> on_trouble = {};  // the registry answered 5xx or broke the connection
};

enum class Placement { present, mounted, uploaded };

// Looks first, unless `known_absent`. Throws base::Error; Error(corrupt) when our own bytes do not
// have the digest.
[[nodiscard]] Placement place_blob(const Repository& repository, const BlobContent& content,
                                   const std::vector<std::string>& mount_from,
                                   const UploadOptions& options, std::stop_token stop,
                                   bool known_absent = false);

}  // namespace cooper::registry
