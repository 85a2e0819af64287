// A Source that hashes and counts a layer's tar on its way.
#pragma once

#include "base/sha256.h"
#include "base/source.h"
#include "oci/digest.h"

namespace cooper::layer {

class TarHash final : public base::Source {
 public:
  explicit TarHash(base::Source& inner) : inner_(inner) {}
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override {
    const std::size_t count = inner_.read(buffer);
    hash_.update(buffer.first(count));
    size_ += count;
    return count;
  }
  // Once, at the end.
  [[nodiscard]] oci::DiffId diff_id() { return oci::DiffId::from_sha256(hash_.finish()); }
  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  base::Source& inner_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace cooper::layer
