// Functions of points in time. The present one is a value: Facts::now.
#include <array>
#include <cmath>
#include <utility>

#include "builder/hcl/functions.h"
#include "builder/hcl/moment.h"
#include "builder/hcl/number.h"

namespace cooper::hcl {
namespace {

constexpr std::array<const char*, 12> kMonths{"January",   "February", "March",    "April",
                                              "May",       "June",     "July",     "August",
                                              "September", "October",  "November", "December"};
constexpr std::array<const char*, 7> kWeekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};

Moment moment_of(const Call& call, const std::string& text) {
  const auto moment = parse_moment(text);
  if (!moment) call.fail("'" + text + "' is no time of RFC 3339 (2026-01-31T23:59:59Z)");
  return *moment;
}

Moment in_range(const Call& call, long double seconds) {
  if (!(seconds >= static_cast<long double>(kFirstSecond) &&
        seconds <= static_cast<long double>(kLastSecond)) ||
      std::floor(seconds) < seconds) {
    call.fail("the time must be a whole number of seconds in the years 0 to 9999");
  }
  return {static_cast<std::int64_t>(seconds), 0};
}

std::string named(const char* name, std::size_t letters) {
  const std::string full = name;
  return letters == 3 ? full.substr(0, 3) : full;
}

std::string zone_text(const Moment& moment, std::size_t count) {
  if (count == 5) return offset_text(moment, ":");
  if (count == 4) return offset_text(moment, "");
  if (moment.offset_minutes == 0) return count == 3 ? "UTC" : "Z";
  return offset_text(moment, count == 3 ? "" : ":");
}

// One verb: `count` times the same letter.
std::string verb_text(const Call& call, const Moment& moment, char letter, std::size_t count) {
  const Calendar at = calendar_of(moment);
  const std::int64_t half = at.hour % 12 == 0 ? 12 : at.hour % 12;
  const bool short_number = count == 1 || count == 2;
  switch (letter) {
    case 'Y':
      if (count == 2) return digits(at.year % 100, 2);
      if (count == 4) return digits(at.year, 4);
      break;
    case 'M':
      if (short_number) return digits(at.month, count);
      if (count <= 4) return named(kMonths[static_cast<std::size_t>(at.month - 1)], count);
      break;
    case 'E':
      if (count == 3 || count == 4)
        return named(kWeekdays[static_cast<std::size_t>(at.weekday)], count);
      break;
    case 'D':
      if (short_number) return digits(at.day, count);
      break;
    case 'h':
      if (short_number) return digits(at.hour, count);
      break;
    case 'H':
      if (short_number) return digits(half, count);
      break;
    case 'm':
      if (short_number) return digits(at.minute, count);
      break;
    case 's':
      if (short_number) return digits(at.second, count);
      break;
    case 'A':
      if (count == 2) return at.hour < 12 ? "AM" : "PM";
      break;
    case 'a':
      if (count == 2) return at.hour < 12 ? "am" : "pm";
      break;
    case 'Z':
      if (count != 2 && count <= 5) return zone_text(moment, count);
      break;
    default: break;
  }
  call.fail("there is no verb '" + std::string(count, letter) + "'");
}

std::string formatted(const Call& call, const std::string& format, const Moment& moment) {
  std::string out;
  for (std::size_t at = 0; at < format.size();) {
    const char c = format[at];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter) {
      std::size_t count = 1;
      while (at + count < format.size() && format[at + count] == c) ++count;
      out += verb_text(call, moment, c, count);
      at += count;
    } else if (c != '\'') {
      out += c;
      ++at;
    } else if (format.substr(at, 2) == "''") {
      out += c;
      at += 2;
    } else {
      for (++at; at < format.size(); ++at) {
        if (format[at] == '\'' && format.substr(at, 2) != "''") break;
        if (format[at] == '\'') ++at;
        out += format[at];
      }
      if (at >= format.size()) call.fail("a literal is not closed with '");
      ++at;
    }
  }
  return out;
}

Node formatdate(Call& call) {
  return make_text(formatted(call, call.text(0), moment_of(call, call.text(1))));
}

Node formattimestamp(Call& call) {
  const Moment moment = call.value(1).kind == Node::Kind::number ? in_range(call, call.number(1))
                                                                 : moment_of(call, call.text(1));
  if (call.text(0) == "X") return make_text(std::to_string(moment.seconds));
  return make_text(formatted(call, call.text(0), moment));
}

Node timeadd(Call& call) {
  Moment moment = moment_of(call, call.text(0));
  const auto duration = parse_duration(call.text(1));
  if (!duration) call.fail("'" + call.text(1) + "' is no duration (1h30m, -10s)");
  const std::int64_t nanoseconds = *duration % 1'000'000'000;
  const std::int64_t added = *duration / 1'000'000'000 - (nanoseconds < 0 ? 1 : 0);
  const std::int64_t offset = moment.offset_minutes;
  moment = in_range(call, static_cast<long double>(moment.seconds + added));
  moment.offset_minutes = offset;
  return make_text(rfc3339(moment));
}

Node unixtimestampparse(Call& call) {
  const Moment moment = in_range(call, call.number(0));
  const Calendar at = calendar_of(moment);
  const IsoWeek iso = iso_week(at);
  const auto number = [](std::int64_t value) {
    return make_number(static_cast<long double>(value));
  };
  return make_object({{"year", number(at.year)},
                      {"year_day", number(at.year_day)},
                      {"day", number(at.day)},
                      {"month", number(at.month)},
                      {"month_name", make_text(kMonths[static_cast<std::size_t>(at.month - 1)])},
                      {"weekday", number(at.weekday)},
                      {"weekday_name", make_text(kWeekdays[static_cast<std::size_t>(at.weekday)])},
                      {"hour", number(at.hour)},
                      {"minute", number(at.minute)},
                      {"second", number(at.second)},
                      {"rfc3339", make_text(rfc3339(moment))},
                      {"iso_year", number(iso.year)},
                      {"iso_week", number(iso.week)}});
}

}  // namespace

FunctionTable time_functions() {
  return {{"timestamp",
           {0, 0,
            [](Call& call) {
              return make_text(rfc3339({call.facts().now, 0}));
            }}},
          {"timeadd", {2, 2, timeadd}},
          {"formatdate", {2, 2, formatdate}},
          {"formattimestamp", {2, 2, formattimestamp}},
          {"unixtimestampparse", {1, 1, unixtimestampparse}}};
}

}  // namespace cooper::hcl
