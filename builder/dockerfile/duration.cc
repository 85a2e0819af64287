#include "builder/dockerfile/duration.h"

#include <array>
#include <limits>

#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t nanoseconds;
};

// "µs" with the micro sign (U+00B5) and with the Greek letter (U+03BC).
constexpr std::array<Unit, 8> kUnits{{{"ns", 1},
                                      {"us", 1'000},
                                      {"\xc2\xb5s", 1'000},
                                      {"\xce\xbcs", 1'000},
                                      {"ms", 1'000'000},
                                      {"s", 1'000'000'000},
                                      {"m", 60'000'000'000},
                                      {"h", 3'600'000'000'000}}};

std::int64_t take_unit(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && text[length] != '.' && !is_digit(text[length])) ++length;
  for (const Unit& unit : kUnits) {
    if (unit.name == text.substr(0, length)) {
      text.remove_prefix(length);
      return unit.nanoseconds;
    }
  }
  return 0;
}

// "12.5" in `unit`; false if there is no digit or it does not fit.
struct Number {
  std::int64_t whole = 0;
  long double fraction = 0;
};

std::optional<Number> take_number(std::string_view& text) {
  Number number;
  bool any = false;
  for (; !text.empty() && is_digit(text.front()); text.remove_prefix(1), any = true) {
    const int digit = text.front() - '0';
    if (number.whole > (std::numeric_limits<std::int64_t>::max() - digit) / 10) return std::nullopt;
    number.whole = number.whole * 10 + digit;
  }
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    long double place = 0.1L;
    for (; !text.empty() && is_digit(text.front());
         text.remove_prefix(1), any = true, place /= 10) {
      number.fraction += place * static_cast<long double>(text.front() - '0');
    }
  }
  if (!any) return std::nullopt;
  return number;
}

}  // namespace

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    const auto number = take_number(text);
    const std::int64_t unit = number ? take_unit(text) : 0;
    if (unit == 0) return std::nullopt;
    const std::int64_t room = std::numeric_limits<std::int64_t>::max() - total;
    if (number->whole > room / unit - 1) return std::nullopt;
    total += number->whole * unit;
    total += static_cast<std::int64_t>(number->fraction * static_cast<long double>(unit) + 1e-6L);
  }
  return negative ? -total : total;
}

}  // namespace cooper::dockerfile
