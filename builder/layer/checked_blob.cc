#include "builder/layer/checked_blob.h"

#include "base/error.h"

namespace cooper::layer {

std::size_t CheckedBlob::read(std::span<std::byte> buffer) {
  const std::size_t count = file_.read(buffer);
  if (ended_) return count;
  hash_.update(buffer.first(count));
  if (count > 0) return count;
  ended_ = true;
  if (oci::Digest::from_sha256(hash_.finish()) == digest_) return 0;
  bad_ = true;
  throw base::Error(base::ErrorKind::corrupt, "read blob", digest_.to_string(),
                    "its bytes do not have this digest")
      .with_hint("the blob was set aside; run the build again to make it anew");
}

}  // namespace cooper::layer
