#include "release/policy/semantic_version.h"

#include <algorithm>

namespace cooper::release {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// A decimal number without leading zeros.
bool is_plain_number(std::string_view text) {
  return is_number(text) && (text.size() == 1 || text.front() != '0');
}

bool is_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
  });
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t dot = text.find('.');
    parts.emplace_back(text.substr(0, dot));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

// Cuts what follows the first `separator` off `text`; nullopt if there is none.
std::optional<std::vector<std::string>> take_part(std::string_view& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return std::nullopt;
  std::vector<std::string> parts = split(text.substr(at + 1));
  text = text.substr(0, at);
  return parts;
}

// Numbers without leading zeros, of any length.
std::weak_ordering compare_numbers(const std::string& a, const std::string& b) {
  if (a.size() != b.size()) return a.size() <=> b.size();
  return a <=> b;
}

std::weak_ordering compare_identifiers(const std::string& a, const std::string& b) {
  const bool number_a = is_number(a);
  const bool number_b = is_number(b);
  if (number_a && number_b) return compare_numbers(a, b);
  if (number_a != number_b)
    return number_a ? std::weak_ordering::less : std::weak_ordering::greater;
  return a <=> b;
}

}  // namespace

std::optional<SemanticVersion> SemanticVersion::try_parse(std::string_view text) {
  SemanticVersion out;
  // Build metadata may hold "-", a pre-release no "+": the "+" is looked for first.
  const auto build = take_part(text, '+');
  const auto prerelease = take_part(text, '-');
  out.core_ = split(text);
  if (out.core_.size() != 3 || !std::ranges::all_of(out.core_, is_plain_number))
    return std::nullopt;
  if (prerelease) {
    out.prerelease_ = *prerelease;
    const bool good = std::ranges::all_of(out.prerelease_, [](const std::string& part) {
      return is_identifier(part) && (!is_number(part) || is_plain_number(part));
    });
    if (!good) return std::nullopt;
  }
  if (build) {
    out.build_ = *build;
    if (!std::ranges::all_of(out.build_, is_identifier)) return std::nullopt;
  }
  return out;
}

std::weak_ordering SemanticVersion::operator<=>(const SemanticVersion& other) const {
  for (std::size_t i = 0; i < core_.size(); ++i) {
    const std::weak_ordering order = compare_numbers(core_[i], other.core_[i]);
    if (order != 0) return order;
  }
  if (is_prerelease() != other.is_prerelease())
    return is_prerelease() ? std::weak_ordering::less : std::weak_ordering::greater;
  const std::size_t shared = std::min(prerelease_.size(), other.prerelease_.size());
  for (std::size_t i = 0; i < shared; ++i) {
    const std::weak_ordering order = compare_identifiers(prerelease_[i], other.prerelease_[i]);
    if (order != 0) return order;
  }
  return prerelease_.size() <=> other.prerelease_.size();
}

std::string_view without_v(std::string_view text) {
  if (text.starts_with('v')) text.remove_prefix(1);
  return text;
}

std::optional<SemanticVersion> try_parse_version(std::string_view text) {
  return SemanticVersion::try_parse(without_v(text));
}

}  // namespace cooper::release
