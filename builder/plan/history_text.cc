#include "builder/plan/history_text.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

void append_escaped_byte(std::string& out, unsigned char byte) {
  constexpr const char* kDigits = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4U];
  out += kDigits[byte & 15U];
}

void append_control(std::string& out, char c) {
  switch (c) {
    case '\a': out += "\\a"; return;
    case '\b': out += "\\b"; return;
    case '\f': out += "\\f"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    case '\v': out += "\\v"; return;
    default: append_escaped_byte(out, static_cast<unsigned char>(c));
  }
}

// Separators, format and control characters, private use: what Go's %q writes as a number.
bool is_printable(char32_t point) {
  constexpr std::pair<char32_t, char32_t> kHidden[] = {
      {0x80, 0xa0},     {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},   {0x6dd, 0x6dd},
      {0x70f, 0x70f},   {0x1680, 0x1680},   {0x180e, 0x180e},   {0x2000, 0x200f}, {0x2028, 0x202f},
      {0x205f, 0x206f}, {0x3000, 0x3000},   {0xe000, 0xf8ff},   {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
      {0xfffe, 0xffff}, {0xe0000, 0xe00ff}, {0xf0000, 0x10ffff}};
  return std::none_of(std::begin(kHidden), std::end(kHidden), [point](const auto& range) {
    return point >= range.first && point <= range.second;
  });
}

void append_number(std::string& out, char32_t point) {
  constexpr const char* kDigits = "0123456789abcdef";
  const bool wide = point > 0xffff;
  out += wide ? "\\U" : "\\u";
  for (int shift = wide ? 28 : 12; shift >= 0; shift -= 4) out += kDigits[(point >> shift) & 15U];
}

std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const auto [point, size] = base::decode_utf8(text);
    const char c = text.front();
    if (size == 0) {
      append_escaped_byte(out, static_cast<unsigned char>(c));
    } else if (size == 1 && (point < 0x20 || point == 0x7f)) {
      append_control(out, c);
    } else if (!is_printable(point)) {
      append_number(out, point);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += text.substr(0, size);
    }
    text.remove_prefix(size == 0 ? 1 : size);
  }
  return out + "\"";
}

// Whole and fractional part without trailing zeros: 1500, 1000 -> "1.5".
std::string decimal(std::int64_t value, std::int64_t unit) {
  std::string out = std::to_string(value / unit);
  std::string fraction = std::to_string(unit + value % unit).substr(1);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return fraction.empty() ? out : out + "." + fraction;
}

}  // namespace

std::string list_text(const std::vector<std::string>& words) {
  return "[" + join(words, " ") + "]";
}

std::string quoted_list_text(const std::vector<std::string>& words) {
  std::vector<std::string> quoted_words;
  for (const std::string& word : words) quoted_words.push_back(quoted(word));
  return list_text(quoted_words);
}

std::string duration_text(std::int64_t nanoseconds) {
  constexpr std::int64_t kMicro = 1000;
  constexpr std::int64_t kMilli = 1000 * kMicro;
  constexpr std::int64_t kSecond = 1000 * kMilli;
  constexpr std::int64_t kMinute = 60 * kSecond;
  constexpr std::int64_t kHour = 60 * kMinute;
  if (nanoseconds == 0) return "0s";
  if (nanoseconds < 0) return "-" + duration_text(-nanoseconds);
  if (nanoseconds < kMicro) return std::to_string(nanoseconds) + "ns";
  if (nanoseconds < kMilli) return decimal(nanoseconds, kMicro) + "\u00b5s";
  if (nanoseconds < kSecond) return decimal(nanoseconds, kMilli) + "ms";
  std::string out;
  if (nanoseconds >= kHour) out += std::to_string(nanoseconds / kHour) + "h";
  if (nanoseconds >= kMinute) out += std::to_string(nanoseconds % kHour / kMinute) + "m";
  return out + decimal(nanoseconds % kMinute, kSecond) + "s";
}

std::string run_text(const std::vector<std::string>& argv, const StageState& state) {
  Scope arguments;  // one entry a name, where it was first declared
  for (const DeclaredArg& argument : state.args) {
    const auto in_effect = state.scope.get(argument.name);
    arguments.set(argument.name, in_effect ? *in_effect : argument.value.value_or(""));
  }
  std::vector<std::string> words = arguments.environment();
  if (!words.empty()) words.insert(words.begin(), "|" + std::to_string(words.size()));
  words.insert(words.end(), argv.begin(), argv.end());
  return "RUN " + join(words, " ") + " # buildkit";
}

std::string copy_text(const CopyOp& op, const std::string& destination) {
  std::string out = op.add ? "ADD" : "COPY";
  if (op.parents) out += " --parents";
  if (!op.chown.empty()) out += " --chown=" + op.chown;
  if (!op.chmod.empty()) out += " --chmod=" + op.chmod;
  for (const CopySource& source : op.sources) {
    out += source.kind == CopySource::Kind::inline_file ? " <<" : " ";
    out += source.path;
  }
  return out + " " + destination + " # buildkit";
}

std::string healthcheck_text(const oci::Healthcheck& check) {
  return "HEALTHCHECK {Test:" + list_text(check.test) +
         " Interval:" + duration_text(check.interval) + " Timeout:" + duration_text(check.timeout) +
         " StartPeriod:" + duration_text(check.start_period) +
         " StartInterval:" + duration_text(check.start_interval) +
         " Retries:" + std::to_string(check.retries) + "}";
}

}  // namespace cooper::plan
