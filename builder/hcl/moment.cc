#include "builder/hcl/moment.h"

#include <array>
#include <cmath>

namespace cooper::hcl {
namespace {

// Days since 1970 of a date of the Gregorian calendar (years from March, 400 of them as one).
std::int64_t days_of(std::int64_t year, std::int64_t month, std::int64_t day) {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146'097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719'468;
}

bool is_leap(std::int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

std::int64_t days_in(std::int64_t year, std::int64_t month) {
  constexpr std::array<std::int64_t, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

// Takes numbers of fixed width and single characters off a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::int64_t number(std::size_t width, std::int64_t least, std::int64_t most) {
    std::int64_t value = 0;
    for (std::size_t at = 0; at < width; ++at) {
      const char c = next();
      if (c < '0' || c > '9') valid = false;
      value = value * 10 + (c - '0');
    }
    if (value < least || value > most) valid = false;
    return valid ? value : least;
  }
  void expect(char c) { valid = next() == c && valid; }
  char peek() const { return text_.empty() ? '\0' : text_.front(); }
  char next() {
    const char c = peek();
    if (!text_.empty()) text_.remove_prefix(1);
    return c;
  }
  bool at_end() const { return text_.empty(); }

  bool valid = true;

 private:
  std::string_view text_;
};

}  // namespace

std::string digits(std::int64_t number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::optional<Moment> parse_moment(std::string_view text) {
  Reader reader(text);
  const std::int64_t year = reader.number(4, 0, 9999);
  reader.expect('-');
  const std::int64_t month = reader.number(2, 1, 12);
  reader.expect('-');
  const std::int64_t day = reader.number(2, 1, days_in(year, month));
  reader.expect('T');
  const std::int64_t hour = reader.number(2, 0, 23);
  reader.expect(':');
  const std::int64_t minute = reader.number(2, 0, 59);
  reader.expect(':');
  const std::int64_t second = reader.number(2, 0, 59);
  if (reader.peek() == '.') {
    reader.expect('.');
    static_cast<void>(reader.number(1, 0, 9));
    while (reader.peek() >= '0' && reader.peek() <= '9') reader.next();
  }
  Moment moment;
  const char zone = reader.next();
  if (zone == '+' || zone == '-') {
    const std::int64_t hours = reader.number(2, 0, 23);
    reader.expect(':');
    moment.offset_minutes = (hours * 60 + reader.number(2, 0, 59)) * (zone == '-' ? -1 : 1);
  } else if (zone != 'Z') {
    reader.valid = false;
  }
  if (!reader.valid || !reader.at_end()) return std::nullopt;
  moment.seconds = days_of(year, month, day) * 86'400 + hour * 3600 + minute * 60 + second -
                   moment.offset_minutes * 60;
  return moment;
}

Calendar calendar_of(const Moment& moment) {
  const std::int64_t local = moment.seconds + moment.offset_minutes * 60;
  const std::int64_t days = (local >= 0 ? local : local - 86'399) / 86'400;
  const std::int64_t rest = local - days * 86'400;
  const std::int64_t shifted = days + 719'468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const std::int64_t of_era = shifted - era * 146'097;
  const std::int64_t year_of_era =
      (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month = (5 * of_year + 2) / 153;
  Calendar calendar;
  calendar.day = of_year - (153 * month + 2) / 5 + 1;
  calendar.month = month < 10 ? month + 3 : month - 9;
  calendar.year = year_of_era + era * 400 + (calendar.month <= 2 ? 1 : 0);
  calendar.hour = rest / 3600;
  calendar.minute = rest / 60 % 60;
  calendar.second = rest % 60;
  calendar.weekday = ((days + 4) % 7 + 7) % 7;
  calendar.year_day = days - days_of(calendar.year, 1, 1) + 1;
  return calendar;
}

std::string offset_text(const Moment& moment, std::string_view separator) {
  const std::int64_t size = std::abs(moment.offset_minutes);
  return (moment.offset_minutes < 0 ? "-" : "+") + digits(size / 60, 2) + std::string(separator) +
         digits(size % 60, 2);
}

std::string rfc3339(const Moment& moment) {
  const Calendar at = calendar_of(moment);
  return digits(at.year, 4) + "-" + digits(at.month, 2) + "-" + digits(at.day, 2) + "T" +
         digits(at.hour, 2) + ":" + digits(at.minute, 2) + ":" + digits(at.second, 2) +
         (moment.offset_minutes == 0 ? "Z" : offset_text(moment, ":"));
}

// The week that has the year's first Thursday is its first.
IsoWeek iso_week(const Calendar& calendar) {
  const std::int64_t from_monday = (calendar.weekday + 6) % 7;
  const std::int64_t thursday =
      days_of(calendar.year, calendar.month, calendar.day) - from_monday + 3;
  const std::int64_t year = calendar_of({thursday * 86'400, 0}).year;
  return {year, (thursday - days_of(year, 1, 1)) / 7 + 1};
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text == "0") return 0;
  if (text.empty()) return std::nullopt;
  long double sum = 0;
  while (!text.empty()) {
    const std::size_t number_end = std::min(text.find_first_not_of("0123456789."), text.size());
    const std::size_t dot = text.substr(0, number_end).find('.');
    long double value = 0, scale = 1;
    for (std::size_t at = 0; at < number_end; ++at) {
      if (text[at] == '.' && at != dot) return std::nullopt;
      if (text[at] == '.') continue;
      value = value * 10 + static_cast<long double>(text[at] - '0');
      if (at > dot) scale *= 10;
    }
    if (number_end == 0 || (number_end == 1 && dot == 0) || number_end > 30) return std::nullopt;
    text.remove_prefix(number_end);
    const std::size_t unit_end = std::min(text.find_first_of("0123456789."), text.size());
    const std::string_view unit = text.substr(0, unit_end);
    long double factor = 0;
    if (unit == "ns") factor = 1;
    if (unit == "us" || unit == "\xc2\xb5s" || unit == "\xce\xbcs") factor = 1e3L;
    if (unit == "ms") factor = 1e6L;
    if (unit == "s") factor = 1e9L;
    if (unit == "m") factor = 60e9L;
    if (unit == "h") factor = 3600e9L;
    if (factor <= 0) return std::nullopt;
    sum += value / scale * factor;
    text.remove_prefix(unit_end);
  }
  if (sum > 9.2e18L) return std::nullopt;
  const auto whole = static_cast<std::int64_t>(sum);
  return negative ? -whole : whole;
}

}  // namespace cooper::hcl
