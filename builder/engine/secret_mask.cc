#include "builder/engine/secret_mask.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace cooper::engine {
namespace {

constexpr std::size_t kShortest = 4;  // shorter ones would hide ordinary text
constexpr std::size_t kLongest = 16 * 1024;

std::string to_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    std::uint32_t group = 0;
    const std::size_t count = std::min<std::size_t>(3, text.size() - i);
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (k < count ? static_cast<unsigned char>(text[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k)
      out += k <= count ? kDigits[(group >> (18 - 6 * k)) & 63] : '=';
  }
  return out;
}

}  // namespace

SecretMask::SecretMask(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() > kLongest) continue;
    if (secret.size() >= kShortest) needles_.push_back(to_base64(secret));
    std::string_view rest = secret;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      if (end >= kShortest) needles_.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::ranges::sort(needles_,
                    [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string SecretMask::apply(const std::string& line) const {
  std::string out = line;
  for (const std::string& needle : needles_) {
    for (std::size_t at = out.find(needle); at != std::string::npos;
         at = out.find(needle, at + 3)) {
      out.replace(at, needle.size(), "***");
    }
  }
  return out;
}

}  // namespace cooper::engine
