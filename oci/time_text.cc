#include "oci/time_text.h"

#include <array>
#include <cstdio>

namespace cooper::oci {
namespace {

constexpr std::int64_t kSecondsPerDay = 86400;

struct Date {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

// Days since 1970-01-01 of a date of the proleptic Gregorian calendar; years run from March, so
// that the leap day is the last of its year, in eras of 400 years.
std::int64_t days_of(const Date& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t month = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

Date date_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * day_of_year + 2) / 153;
  Date date{};
  date.day = static_cast<unsigned>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<unsigned>(month < 10 ? month + 3 : month - 9);
  date.year = year_of_era + era * 400 + (date.month <= 2 ? 1 : 0);
  return date;
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::int64_t days_in_month(const Date& date) {
  constexpr std::array<std::int64_t, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return date.month == 2 && is_leap(date.year) ? 29 : kDays[date.month - 1];
}

// Takes fixed-width numbers and separators off the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, std::int64_t& out) {
    if (rest_.size() < digits) return false;
    out = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      out = out * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }

  bool one_of(std::string_view allowed, char* found = nullptr) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) return false;
    if (found != nullptr) *found = rest_.front();
    rest_.remove_prefix(1);
    return true;
  }

  // True if at least one digit was there.
  bool skip_digits() {
    const std::size_t end = rest_.find_first_not_of("0123456789");
    if (end == 0 || rest_.empty()) return false;
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
    return true;
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> parse_offset(Cursor& cursor) {
  char sign = 'Z';
  if (!cursor.one_of("Zz+-", &sign)) return std::nullopt;
  if (sign == 'Z' || sign == 'z') return 0;
  std::int64_t hours = 0;
  std::int64_t minutes = 0;
  if (!cursor.number(2, hours) || !cursor.one_of(":") || !cursor.number(2, minutes))
    return std::nullopt;
  if (hours > 23 || minutes > 59) return std::nullopt;
  const std::int64_t seconds = hours * 3600 + minutes * 60;
  return sign == '-' ? -seconds : seconds;
}

}  // namespace

std::string to_rfc3339(std::int64_t seconds, std::int32_t nanoseconds) {
  std::int64_t days = seconds / kSecondsPerDay;
  std::int64_t rest = seconds % kSecondsPerDay;
  if (rest < 0) {
    rest += kSecondsPerDay;
    --days;
  }
  const Date date = date_of(days);
  std::array<char, 64> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04lld-%02u-%02uT%02lld:%02lld:%02lld",
                static_cast<long long>(date.year), date.month, date.day,
                static_cast<long long>(rest / 3600), static_cast<long long>(rest / 60 % 60),
                static_cast<long long>(rest % 60));
  std::string text = buffer.data();
  if (nanoseconds != 0) {
    std::snprintf(buffer.data(), buffer.size(), ".%09d", nanoseconds);
    text += buffer.data();
    while (text.back() == '0') text.pop_back();
  }
  return text + "Z";
}

std::optional<std::int64_t> try_parse_rfc3339(std::string_view text) {
  Cursor cursor(text);
  std::int64_t year = 0;
  std::int64_t month = 0;
  std::int64_t day = 0;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  const bool shaped = cursor.number(4, year) && cursor.one_of("-") && cursor.number(2, month) &&
                      cursor.one_of("-") && cursor.number(2, day) && cursor.one_of("Tt ") &&
                      cursor.number(2, hour) && cursor.one_of(":") && cursor.number(2, minute) &&
                      cursor.one_of(":") && cursor.number(2, second);
  if (!shaped || (cursor.one_of(".") && !cursor.skip_digits())) return std::nullopt;
  const auto offset = parse_offset(cursor);
  if (!offset || !cursor.at_end()) return std::nullopt;
  if (month < 1 || month > 12 || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const Date date{year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  if (day < 1 || day > days_in_month(date)) return std::nullopt;
  return days_of(date) * kSecondsPerDay + hour * 3600 + minute * 60 + second - *offset;
}

}  // namespace cooper::oci
