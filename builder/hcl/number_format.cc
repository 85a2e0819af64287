#include "builder/hcl/number_format.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "builder/hcl/number.h"

namespace cooper::hcl {
namespace {

std::string whole_digits(long double number, int base, bool capitals) {
  constexpr std::string_view kSmall = "0123456789abcdef";
  constexpr std::string_view kLarge = "0123456789ABCDEF";
  long double rest = std::floor(std::fabs(number));
  std::string digits;
  do {
    const auto digit = static_cast<std::size_t>(std::fmod(rest, static_cast<long double>(base)));
    digits += capitals ? kLarge[digit] : kSmall[digit];
    rest = std::floor(rest / static_cast<long double>(base));
  } while (rest > 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

// At most 1000 decimals behind at most 101 digits.
std::string decimal_digits(long double size, const NumberForm& form) {
  std::array<char, 1200> buffer{};
  char* const begin = buffer.data();
  char* const end = begin + buffer.size();
  std::chars_format kind = std::chars_format::fixed;
  if (form.verb == 'e' || form.verb == 'E') kind = std::chars_format::scientific;
  if (form.verb == 'g' || form.verb == 'G') kind = std::chars_format::general;
  const bool shortest = form.precision < 0 && kind == std::chars_format::general;
  const int precision = form.precision < 0 ? 6 : form.precision;
  const auto written = shortest ? std::to_chars(begin, end, static_cast<double>(size), kind)
                                : std::to_chars(begin, end, size, kind, precision);
  std::string text(begin, written.ptr);
  if (form.verb == 'E' || form.verb == 'G') std::replace(text.begin(), text.end(), 'e', 'E');
  return text;
}

}  // namespace

std::string format_number(long double number, const NumberForm& form) {
  std::string digits;
  const long double size = std::fabs(number);
  switch (form.verb) {
    case 'b': digits = whole_digits(number, 2, false); break;
    case 'o': digits = (form.sharp ? "0" : "") + whole_digits(number, 8, false); break;
    case 'x': digits = (form.sharp ? "0x" : "") + whole_digits(number, 16, false); break;
    case 'X': digits = (form.sharp ? "0X" : "") + whole_digits(number, 16, true); break;
    case 'd': digits = whole_digits(number, 10, false); break;
    default: digits = decimal_digits(size, form); break;
  }
  if (number < 0) return "-" + digits;
  if (form.plus) return "+" + digits;
  return form.blank ? " " + digits : digits;
}

}  // namespace cooper::hcl
