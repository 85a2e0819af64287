#include "builder/layer/secret_patterns.h"

#include <algorithm>
#include <array>

#include "base/base64.h"
#include "base/sha256.h"
#include "builder/layer/token_shapes.h"

namespace cooper::layer {
namespace {

constexpr std::size_t kShortest = 8;
constexpr std::size_t kLongest = 16 * 1024;
constexpr std::size_t kCompared = 2048;  // of a long value its beginning tells enough
constexpr unsigned kValues = kTokenBuckets;

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' '))
    text.remove_suffix(1);
  return text;
}

// A bundle of authorities is given as a secret too, and is in every image anyway.
bool is_certificate(std::string_view value) {
  return value.find("-----BEGIN CERTIFICATE") != std::string_view::npos &&
         value.find("PRIVATE KEY") == std::string_view::npos;
}

// The three bytes that ordinary text is least likely to have.
std::size_t anchor_of(std::string_view needle) {
  const auto weight = [](char c) {
    if (c >= 'a' && c <= 'z') return 1;
    if (c == ' ' || c == '\n' || c == '\0') return 0;
    return 2;
  };
  std::size_t best = 0;
  int heaviest = -1;
  for (std::size_t i = 0; i + 3 <= needle.size(); ++i) {
    const int sum = weight(needle[i]) + weight(needle[i + 1]) + weight(needle[i + 2]);
    if (sum <= heaviest) continue;
    heaviest = sum;
    best = i;
  }
  return best;
}

bool is_package_folder(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames{
      "node_modules", "vendor",   "test",      "tests", "testdata",     "fixtures",
      "Tests",        "examples", "__tests__", "doc",   "site-packages"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

SecretPatterns::SecretPatterns(const std::map<std::string, std::string>& secrets,
                               const std::string& salt)
    : reach_(kTokenReach) {
  for (const TokenShape& shape : token_shapes())
    all_.add(shape.literal.substr(shape.anchor, 3), shape.bucket);
  for (const auto& [id, value] : secrets) {
    const std::string_view text = without_line_end(value);
    if (text.size() < kShortest || value.size() > kLongest || is_certificate(value)) continue;
    const std::string what = "the secret '" + id + "'";
    add_value(std::string(text.substr(0, kCompared)), what);
    const std::size_t whole = std::min(text.size(), kCompared) / 3 * 3;
    add_value(base::encode_base64(text.substr(0, whole)), what + " in base64");
    marks_.push_back(base::sha256_hex(salt + std::string(text)).substr(0, 4));
  }
  std::sort(marks_.begin(), marks_.end());
  marks_.erase(std::unique(marks_.begin(), marks_.end()), marks_.end());
}

void SecretPatterns::add_value(const std::string& needle, const std::string& what) {
  const std::size_t anchor = anchor_of(needle);
  all_.add(std::string_view(needle).substr(anchor, 3), kValues);
  only_values_.add(std::string_view(needle).substr(anchor, 3), kValues);
  reach_ = std::max(reach_, needle.size());
  values_.push_back({needle, anchor, what});
}

SecretPatterns::Scope SecretPatterns::scope_of(std::string_view path) {
  if (path.starts_with("usr/share/") || path.starts_with("usr/lib/") ||
      path.starts_with("usr/include/"))
    return Scope::values;
  while (!path.empty()) {
    const std::string_view name = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(name.size() + 1, path.size()));
    if (path.empty()) return name.starts_with("phpunit.xml") ? Scope::values : Scope::all;
    if (is_package_folder(name)) return Scope::values;
  }
  return Scope::all;
}

bool SecretPatterns::looks_for_nothing(Scope scope) const {
  return scope == Scope::values && values_.empty();
}

std::vector<std::string> SecretPatterns::find(std::string_view text, std::size_t end,
                                              Scope scope) const {
  std::vector<std::string> found;
  const TripleSearch& search = scope == Scope::all ? all_ : only_values_;
  const auto stands = [&](std::size_t at, std::size_t anchor, std::string_view literal) {
    return at >= anchor && at - anchor < end && text.substr(at - anchor).starts_with(literal);
  };
  const auto note = [&](std::string_view what) {
    if (std::find(found.begin(), found.end(), what) == found.end()) found.emplace_back(what);
  };
  for (std::size_t at = search.next(text, 0); at < text.size(); at = search.next(text, at + 1)) {
    const unsigned buckets = search.buckets(text, at);
    if ((buckets & 1U << kValues) != 0) {
      for (const Value& value : values_) {
        if (stands(at, value.anchor, value.needle)) note(value.what);
      }
    }
    if (scope != Scope::all) continue;
    for (const TokenShape& shape : token_shapes()) {
      if ((buckets & 1U << shape.bucket) == 0 || !stands(at, shape.anchor, shape.literal)) continue;
      if (shape.fits(text, at - shape.anchor)) note(shape.what);
    }
  }
  return found;
}

}  // namespace cooper::layer
