#include "builder/layer/tar_numbers.h"

#include <algorithm>
#include <charconv>

namespace cooper::layer {
namespace {

constexpr std::int64_t kLatest = 253402300799;    // the end of the year 9999
constexpr std::int64_t kEarliest = -62135596800;  // the beginning of the year 1

std::optional<std::int64_t> parse_base256(std::string_view field) {
  const bool negative = (static_cast<unsigned char>(field.front()) & 0x40) != 0;
  const unsigned char flip = negative ? 0xff : 0x00;
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(static_cast<unsigned char>(field[i]) ^ flip);
    if (i == 0) byte &= 0x7f;
    if ((value >> 56) != 0) return std::nullopt;
    value = value << 8 | byte;
  }
  if ((value >> 63) != 0) return std::nullopt;
  return negative ? ~static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

std::optional<std::int64_t> parse_tar_number(std::string_view field) {
  if (!field.empty() && (static_cast<unsigned char>(field.front()) & 0x80) != 0)
    return parse_base256(field);
  constexpr std::string_view kBlank(" \0", 2);
  const std::size_t begin = field.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return 0;
  field.remove_prefix(begin);
  field = field.substr(0, field.find('\0'));
  field = field.substr(0, field.find_last_not_of(kBlank) + 1);
  std::int64_t value = 0;
  const auto result = std::from_chars(field.data(), field.data() + field.size(), value, 8);
  if (result.ec != std::errc() || result.ptr != field.data() + field.size() || value < 0)
    return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_decimal(std::string_view text) {
  std::int64_t value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<PaxTime> parse_pax_time(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction =
      point < text.size() ? text.substr(point + 1) : std::string_view();
  if (whole.empty() || !all_digits(whole) || !all_digits(fraction)) return std::nullopt;
  PaxTime time;
  time.seconds = parse_decimal(whole).value_or(kLatest);
  for (std::size_t i = 0; i < 9; ++i) {
    time.nanoseconds = time.nanoseconds * 10 +
                       (i < fraction.size() ? static_cast<std::uint32_t>(fraction[i] - '0') : 0);
  }
  if (negative) {
    time.seconds = -time.seconds;
    if (time.nanoseconds > 0) {
      --time.seconds;
      time.nanoseconds = 1000000000U - time.nanoseconds;
    }
  }
  time.seconds = std::clamp(time.seconds, kEarliest, kLatest);
  return time;
}

std::optional<std::pair<std::string_view, std::string_view>> take_pax_record(
    std::string_view& records) {
  const std::size_t space = records.find(' ');
  if (space == std::string_view::npos || space == 0 || space > 10 ||
      !all_digits(records.substr(0, space))) {
    return std::nullopt;
  }
  const auto length = static_cast<std::size_t>(*parse_decimal(records.substr(0, space)));
  if (length < space + 3 || length > records.size() || records[length - 1] != '\n')
    return std::nullopt;
  const std::string_view record = records.substr(space + 1, length - space - 2);
  const std::size_t equals = record.find('=');
  if (equals == std::string_view::npos || equals == 0) return std::nullopt;
  records.remove_prefix(length);
  return std::pair{record.substr(0, equals), record.substr(equals + 1)};
}

}  // namespace cooper::layer
