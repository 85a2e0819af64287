#include "oci/digest.h"

#include <algorithm>

#include "base/error.h"

namespace cooper::oci {
namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr std::size_t kHexDigits = 64;

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

}  // namespace

template <class Tag>
std::optional<BasicDigest<Tag>> BasicDigest<Tag>::try_parse(std::string_view text) {
  if (!text.starts_with(kPrefix)) return std::nullopt;
  text.remove_prefix(kPrefix.size());
  if (text.size() != kHexDigits || !std::all_of(text.begin(), text.end(), is_lower_hex))
    return std::nullopt;
  return BasicDigest(std::string(text));
}

template <class Tag>
BasicDigest<Tag> BasicDigest<Tag>::parse(std::string_view text) {
  if (auto digest = try_parse(text)) return *std::move(digest);
  throw base::Error(base::ErrorKind::corrupt, "parse digest", std::string(text.substr(0, 200)),
                    "not \"sha256:\" and 64 lower-case hexadecimal digits");
}

template class BasicDigest<BlobTag>;
template class BasicDigest<DiffTag>;
template class BasicDigest<ChainTag>;

ChainId chain_id(const std::optional<ChainId>& below, const DiffId& layer) {
  if (!below) return ChainId::parse(layer.to_string());
  return ChainId::of_bytes(below->to_string() + " " + layer.to_string());
}

std::optional<ChainId> chain_id(std::span<const DiffId> layers) {
  std::optional<ChainId> chain;
  for (const DiffId& layer : layers) chain = chain_id(chain, layer);
  return chain;
}

}  // namespace cooper::oci
