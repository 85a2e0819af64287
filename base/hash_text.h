// Digests of short texts by name, in hexadecimal; SHA-256 of streams is in base/sha256.h.
#pragma once

#include <string>
#include <string_view>

namespace cooper::base {

enum class HashName { md5, sha1, sha512 };

// The raw bytes of the digest.
[[nodiscard]] std::string hash_bytes(HashName name, std::string_view text);
// Lower-case hexadecimal digits.
[[nodiscard]] std::string hash_hex(HashName name, std::string_view text);

}  // namespace cooper::base
