#include "builder/cache/secret_name.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace cooper::cache {
namespace {

constexpr std::array<std::string_view, 11> kSecret = {
    "apikey", "auth", "credential", "credentials", "key",  "password",
    "passwd", "pwd",  "pword",      "secret",      "token"};
constexpr std::array<std::string_view, 3> kHarmless = {"public", "file", "version"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool is_secret_name(std::string_view name) {
  std::string lower(name);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  bool secret = false;
  for (std::size_t begin = 0; begin <= lower.size();) {
    const std::size_t end = std::min(lower.find('_', begin), lower.size());
    const std::string_view word = std::string_view(lower).substr(begin, end - begin);
    if (is_one_of(kHarmless, word)) return false;
    secret = secret || is_one_of(kSecret, word);
    begin = end + 1;
  }
  return secret;
}

}  // namespace cooper::cache
