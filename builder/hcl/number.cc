#include "builder/hcl/number.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace cooper::hcl {
namespace {

bool is_decimal(std::string_view text) {
  const auto digits = [&text] {
    std::size_t count = 0;
    while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
    text.remove_prefix(count);
    return count;
  };
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  if (digits() == 0) return false;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    text.remove_prefix(1);
    if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
    if (digits() == 0) return false;
  }
  return text.empty();
}

std::string fixed(long double number, int decimals) {
  std::array<char, 256> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                 std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

}  // namespace

std::optional<long double> parse_number(std::string_view text) {
  if (!is_decimal(text)) return std::nullopt;
  long double number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  if (end.ec == std::errc::result_out_of_range && text.size() < 1000) {
    const bool tiny =
        text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    if (tiny) return 0.0L;
  }
  if (end.ec != std::errc{} || !(std::fabs(number) <= kMaxNumber)) return std::nullopt;
  return number;
}

std::string number_text(long double number) {
  const long double size = std::fabs(number);
  if (size <= 0) return "0";
  if (std::floor(size) >= size) return fixed(number, 0);
  const int magnitude = static_cast<int>(std::floor(std::log10(size)));
  if (magnitude < -100) return "0";
  std::string text = fixed(number, std::clamp(17 - magnitude, 0, 120));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

Node make_number(long double number) {
  Node node;
  node.kind = Node::Kind::number;
  node.number = number;
  node.text = number_text(number);
  return node;
}

}  // namespace cooper::hcl
