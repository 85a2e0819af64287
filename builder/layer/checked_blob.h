// A blob in a file of ours; says at its end whether it had its digest.
#pragma once

#include "base/fd.h"
#include "base/sha256.h"
#include "base/source.h"
#include "oci/digest.h"

namespace cooper::layer {

class CheckedBlob final : public base::Source {
 public:
  // `checked`: that was found out just now, and is not again.
  CheckedBlob(base::Fd file, oci::Digest digest, bool checked = false)
      : digest_(std::move(digest)), file_(std::move(file), digest_.to_string()), ended_(checked) {}
  // Throws Error(corrupt) in the place of the end when the digest is another.
  [[nodiscard]] std::size_t read(std::span<std::byte> buffer) override;
  [[nodiscard]] bool bad() const { return bad_; }

 private:
  oci::Digest digest_;
  base::FdSource file_;
  base::Sha256 hash_;
  bool ended_, bad_ = false;
};

}  // namespace cooper::layer
