// Names of bytes. Digest, DiffId and ChainId are three types: mixing them up does not compile.
// Only sha256 is accepted ("sha256:" and 64 lower-case hexadecimal digits); anything else is
// refused before use.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/sha256.h"

namespace cooper::oci {

// A content hash as the OCI image specification writes it. A value is always valid. Tag tells what
// bytes it names.
template <class Tag>
class BasicDigest {
 public:
  [[nodiscard]] static std::optional<BasicDigest> try_parse(std::string_view text);
  // Throws base::Error(corrupt).
  [[nodiscard]] static BasicDigest parse(std::string_view text);
  [[nodiscard]] static BasicDigest of_bytes(std::string_view bytes) {
    return from_hash(base::sha256_hex(bytes));
  }
  [[nodiscard]] static BasicDigest from_sha256(const base::Sha256Bytes& hash) {
    return from_hash(base::to_hex(hash));
  }

  [[nodiscard]] const std::string& hex() const noexcept { return hex_; }
  [[nodiscard]] std::string to_string() const { return "sha256:" + hex_; }
  auto operator<=>(const BasicDigest&) const = default;

 private:
  explicit BasicDigest(std::string hex) : hex_(std::move(hex)) {}
  [[nodiscard]] static BasicDigest from_hash(std::string hex) {
    return BasicDigest(std::move(hex));
  }
  std::string hex_;
};

struct BlobTag {};
struct DiffTag {};
struct ChainTag {};

using Digest = BasicDigest<BlobTag>;  // of a blob as it is stored and sent (a layer: compressed)
using DiffId = BasicDigest<DiffTag>;  // of a layer's uncompressed tar
using ChainId =
    BasicDigest<ChainTag>;  // of a stack of layers (OCI image specification, "Layer ChainID")

extern template class BasicDigest<BlobTag>;
extern template class BasicDigest<DiffTag>;
extern template class BasicDigest<ChainTag>;

// The ChainID of a layer on a stack; `below` is nullopt for the empty stack.
[[nodiscard]] ChainId chain_id(const std::optional<ChainId>& below, const DiffId& layer);
// The ChainID of a stack; nullopt for the empty stack.
[[nodiscard]] std::optional<ChainId> chain_id(std::span<const DiffId> layers);

}  // namespace cooper::oci

template <class Tag>
struct std::hash<cooper::oci::BasicDigest<Tag>> {
  std::size_t operator()(const cooper::oci::BasicDigest<Tag>& digest) const noexcept {
    return std::hash<std::string>{}(digest.hex());
  }
};
