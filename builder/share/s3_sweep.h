// Blobs of a bucket that no cache below the prefix names any more.
#pragma once

#include <cstdint>
#include <stop_token>

#include "builder/share/s3_client.h"

namespace cooper::share {

// A blob that somebody will name soon was written, or touched, less than a day ago.
inline constexpr std::int64_t kTouchedSeconds = 24 * 60 * 60;

// At most once a day for all who write there. What was written in the last two days stays. Removes
// nothing when there is a manifest that cannot be read. Throws base::Error.
void sweep_blobs(const S3Client& client, std::int64_t now, const std::stop_token& stop);

}  // namespace cooper::share
