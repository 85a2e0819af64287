#include "builder/bake/yaml_scalar.h"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include "builder/hcl/number.h"

namespace cooper::bake {
namespace {

// "0x1f", "0o17", "017", "0b11".
std::optional<long double> based_number(std::string_view text) {
  int base = 0;
  if (text.size() < 2 || text[0] != '0') return std::nullopt;
  if (text[1] == 'x') base = 16;
  if (text[1] == 'o') base = 8;
  if (text[1] == 'b') base = 2;
  std::string_view digits = text.substr(base == 0 ? 1 : 2);
  if (base == 0) base = 8;
  std::uint64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return static_cast<long double>(value);
}

std::optional<long double> number_of(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text[0] == '-' || text.find_first_of("0123456789") > 1) return std::nullopt;
  std::string digits(text);
  if (digits.front() >= '0' && digits.front() <= '9') std::erase(digits, '_');
  if (digits.front() == '.') digits.insert(0, "0");
  if (digits.back() == '.') digits += '0';
  auto value = based_number(digits);
  if (!value) value = hcl::parse_number(digits);
  if (value && negative) value = -*value;
  return value;
}

}  // namespace

Node plain_scalar(std::string text) {
  for (const std::string_view word : {"", "~", "null", "Null", "NULL"}) {
    if (text == word) return {};
  }
  for (const std::string_view word : {"true", "True", "TRUE"}) {
    if (text == word) return hcl::make_boolean(true);
  }
  for (const std::string_view word : {"false", "False", "FALSE"}) {
    if (text == word) return hcl::make_boolean(false);
  }
  if (const auto number = number_of(text)) return hcl::make_number(*number);
  return hcl::make_text(std::move(text));
}

}  // namespace cooper::bake
