#include "builder/engine/secret_mask.h"

#include <algorithm>

#include "base/base64.h"

namespace cooper::engine {
namespace {

constexpr std::size_t kShortest = 4;         // shorter ones would hide ordinary text
constexpr std::size_t kShortestEncoded = 8;  // of what the neighbours have no part in
constexpr std::size_t kEncodedLine = 76;     // as base64(1) wraps
constexpr std::size_t kLongest = 16 * 1024;

}  // namespace

void SecretMask::add(std::string needle) {
  if (needle.size() >= kShortest) needles_.push_back(std::move(needle));
}

// Three bytes become four characters, so a text has three encodings, by where it begins; the
// characters at its ends hold bits of its neighbours.
void SecretMask::add_encoded(std::string_view secret) {
  const std::string whole = base::encode_base64(secret);
  for (std::size_t at = 0; at < whole.size(); at += kEncodedLine) {
    std::string line = whole.substr(at, kEncodedLine);
    if (at == 0 || line.size() >= kShortestEncoded) add(std::move(line));
  }
  for (const std::size_t before : {0U, 1U, 2U}) {
    const std::string text = base::encode_base64(std::string(before, '\0') + std::string(secret));
    const std::size_t begin = before == 0 ? 0 : 4;
    const std::size_t end = (before + secret.size()) / 3 * 4;
    if (end >= begin + kShortestEncoded) add(text.substr(begin, end - begin));
  }
}

SecretMask::SecretMask(const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    if (secret.size() > kLongest) continue;
    if (secret.size() >= kShortest) add_encoded(secret);
    std::string_view rest = secret;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view line = rest.substr(0, end);
      add(std::string(line));
      // A file ends with a line end that who encodes its value has taken off.
      if (line.size() >= kShortest && end + 1 == secret.size()) add_encoded(line);
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  std::ranges::sort(needles_, [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  needles_.erase(std::unique(needles_.begin(), needles_.end()), needles_.end());
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

std::size_t SecretMask::unfinished(std::string_view text) const {
  std::size_t most = 0;
  for (const std::string_view needle : needles_) {
    for (std::size_t size = std::min(needle.size() - 1, text.size()); size > most; --size) {
      if (text.ends_with(needle.substr(0, size))) most = size;
    }
  }
  return most;
}

}  // namespace cooper::engine
