#include "builder/store/checked_text.h"

#include "base/sha256.h"

namespace cooper::store {
namespace {

constexpr std::size_t kHexDigits = 64;

}  // namespace

std::string with_checksum(const std::string& body) { return base::sha256_hex(body) + "\n" + body; }

std::optional<std::string_view> checked_body(std::string_view text) {
  if (text.size() <= kHexDigits || text[kHexDigits] != '\n') return std::nullopt;
  const std::string_view body = text.substr(kHexDigits + 1);
  if (base::sha256_hex(body) != text.substr(0, kHexDigits)) return std::nullopt;
  return body;
}

std::optional<std::string_view> checked_body_or_old(std::string_view text, std::string_view old) {
  return text.starts_with(old) ? std::optional(text) : checked_body(text);
}

}  // namespace cooper::store
