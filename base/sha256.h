// SHA-256 (OpenSSL, which uses the CPU's instructions where it has them).
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace cooper::base {

using Sha256Bytes = std::array<unsigned char, 32>;

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::span<const std::byte> bytes);
  void update(std::string_view text);
  // The digest of everything so far; the object is then fresh again.
  [[nodiscard]] Sha256Bytes finish();

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

[[nodiscard]] std::string to_hex(std::span<const unsigned char> bytes);
// 64 lower-case hexadecimal digits of the digest of `text`.
[[nodiscard]] std::string sha256_hex(std::string_view text);

}  // namespace cooper::base
