// Where blobs that are not in the store yet can be fetched from. The engine sees only this, never a
// registry. Implementations (builder/source) are safe to call from several threads.
#pragma once

#include <stop_token>
#include <string>

#include "base/sink.h"
#include "oci/descriptor.h"

namespace cooper::store {

class BlobProvider {
 public:
  BlobProvider() = default;
  BlobProvider(const BlobProvider&) = delete;
  BlobProvider& operator=(const BlobProvider&) = delete;
  virtual ~BlobProvider() = default;

  // Writes the whole blob into `sink` (finish() is the caller's). The receiver checks size and
  // digest. Throws Error.
  virtual void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) = 0;
  // For people: "docker.io/library/php", "oci-layout:/x".
  [[nodiscard]] virtual std::string name() const = 0;
};

}  // namespace cooper::store
