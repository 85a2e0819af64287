#include "builder/check/secret_names.h"

#include <algorithm>
#include <array>
#include <string>

#include "builder/dockerfile/text.h"

namespace cooper::check {
namespace {

constexpr std::array<std::string_view, 10> kSecret = {
    "apikey",   "auth",  "credential", "credentials", "key",
    "password", "pword", "passwd",     "secret",      "token"};
constexpr std::array<std::string_view, 3> kHarmless = {"public", "file", "version"};

template <class Words>
bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

bool is_secret_name(std::string_view name) {
  const std::string lower = dockerfile::to_lower(name);
  std::string_view rest = lower;
  bool secret = false;
  for (bool more = true; more;) {
    const std::size_t end = rest.find('_');
    more = end != std::string_view::npos;
    const std::string_view word = rest.substr(0, end);
    if (contains(kHarmless, word)) return false;
    secret = secret || contains(kSecret, word);
    if (more) rest.remove_prefix(end + 1);
  }
  return secret;
}

}  // namespace cooper::check
