#include "builder/cache/key_parts_file.h"

#include <charconv>

namespace cooper::cache {
namespace {

void put(std::string& out, std::string_view text) {
  out += std::to_string(text.size());
  out += ':';
  out += text;
}

std::optional<std::string> take(std::string_view& rest) {
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
  if (error != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (rest.empty() || rest.front() != ':' || rest.size() - 1 < length) return std::nullopt;
  std::string text(rest.substr(1, length));
  rest.remove_prefix(length + 1);
  return text;
}

}  // namespace

std::string serialize_key_parts(const std::vector<KeyPart>& parts) {
  std::string out;
  for (const KeyPart& part : parts) {
    put(out, part.name);
    put(out, part.value);
  }
  return out;
}

std::optional<std::vector<KeyPart>> try_parse_key_parts(std::string_view bytes,
                                                        const StepKey& key) {
  KeyParts parts;
  while (!bytes.empty()) {
    auto name = take(bytes);
    auto value = take(bytes);
    if (!name || !value) return std::nullopt;
    parts.add(std::move(*name), std::move(*value));
  }
  if (parts.key() != key) return std::nullopt;
  return parts.parts();
}

}  // namespace cooper::cache
