// Tokens that are known by their shape. Pure.
#pragma once

#include <span>
#include <string_view>

namespace cooper::layer {

struct TokenShape {
  std::string_view literal;  // how it begins
  std::size_t anchor;        // where in `literal` the three bytes are that it is searched by
  unsigned bucket;           // of the search; shapes that share one may be mixed up there
  std::string_view what;     // for people
  // Whether the text that begins with `literal` at `at` is one. Looks at no more than
  // kTokenReach bytes after `at`, and at the byte before it.
  bool (*fits)(std::string_view text, std::size_t at);
};

constexpr std::size_t kTokenReach = 384;
constexpr unsigned kTokenBuckets = 7;  // 0 to 6

[[nodiscard]] std::span<const TokenShape> token_shapes();

}  // namespace cooper::layer
