#include "builder/hcl/semver.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace cooper::hcl {
namespace {

struct Version {
  std::array<std::uint64_t, 3> numbers{};
  std::size_t given = 0;  // numbers before an "x" or the end
  std::string before;     // pre-release
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_wild(std::string_view text) { return text == "x" || text == "X" || text == "*"; }

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// "v1.2.3-rc.1+build"; with `wild` also "1.x" and "*".
std::optional<Version> parse_version(std::string_view text, bool wild) {
  Version version;
  if (!text.empty() && text.front() == 'v') text.remove_prefix(1);
  text = text.substr(0, text.find('+'));
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    version.before = text.substr(dash + 1);
    if (version.before.empty()) return std::nullopt;
    text = text.substr(0, dash);
  }
  bool open = false;
  for (std::size_t count = 0; count < 3; ++count) {
    const std::string_view part = text.substr(0, text.find('.'));
    if (wild && is_wild(part)) {
      open = true;
    } else if (part.empty() || part.size() > 18 ||
               !std::all_of(part.begin(), part.end(), is_digit)) {
      return std::nullopt;
    } else if (!open) {
      for (const char c : part)
        version.numbers[count] = version.numbers[count] * 10 + static_cast<std::uint64_t>(c - '0');
      version.given = count + 1;
    }
    if (part.size() == text.size()) return version;
    text.remove_prefix(part.size() + 1);
  }
  return std::nullopt;
}

int compare_identifiers(std::string_view left, std::string_view right) {
  const bool left_number = std::all_of(left.begin(), left.end(), is_digit);
  const bool right_number = std::all_of(right.begin(), right.end(), is_digit);
  if (left_number != right_number) return left_number ? -1 : 1;
  if (left_number && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
  const int order = left.compare(right);
  return (order > 0) - (order < 0);
}

int compare_before(std::string_view left, std::string_view right) {
  if (left.empty() || right.empty())
    return static_cast<int>(left.empty()) - static_cast<int>(right.empty());
  while (!left.empty() && !right.empty()) {
    const std::string_view first = left.substr(0, left.find('.'));
    const std::string_view second = right.substr(0, right.find('.'));
    const int order = compare_identifiers(first, second);
    if (order != 0) return order;
    left.remove_prefix(std::min(first.size() + 1, left.size()));
    right.remove_prefix(std::min(second.size() + 1, right.size()));
  }
  return static_cast<int>(!left.empty()) - static_cast<int>(!right.empty());
}

int compare(const Version& left, const Version& right) {
  for (std::size_t at = 0; at < 3; ++at) {
    if (left.numbers[at] != right.numbers[at]) return left.numbers[at] < right.numbers[at] ? -1 : 1;
  }
  return compare_before(left.before, right.before);
}

// The first version behind all that begin with the first `kept` numbers.
Version next_after(const Version& version, std::size_t kept) {
  Version next;
  for (std::size_t at = 0; at < kept; ++at) next.numbers[at] = version.numbers[at];
  if (kept > 0) ++next.numbers[kept - 1];
  return next;
}

bool below(const Version& version, const Version& limit) {
  return std::lexicographical_compare(version.numbers.begin(), version.numbers.end(),
                                      limit.numbers.begin(), limit.numbers.end());
}

bool in_caret(const Version& version, const Version& base) {
  if (compare(version, base) < 0) return false;
  std::size_t kept = 1;
  while (kept < base.given && base.numbers[kept - 1] == 0) ++kept;
  return base.given == 0 || below(version, next_after(base, kept));
}

bool holds(const Version& version, std::string_view symbol, const Version& base) {
  if (!version.before.empty() && base.before.empty()) return false;
  const bool all = base.given == 0;
  const bool open = base.given < 3;
  const int order = compare(version, base);
  const bool inside = all || (order >= 0 && below(version, next_after(base, base.given)));
  if (symbol == "!=") return open ? !inside : order != 0;
  if (symbol == ">")
    return open ? !all && !below(version, next_after(base, base.given)) : order > 0;
  if (symbol == "<") return !all && order < 0;
  if (symbol == ">=" || symbol == "=>") return all || order >= 0;
  if (symbol == "<=" || symbol == "=<") return inside || order <= 0;
  if (symbol == "^") return in_caret(version, base);
  if (symbol == "~" || symbol == "~>") {
    return all ||
           (order >= 0 && below(version, next_after(base, std::min<std::size_t>(base.given, 2))));
  }
  return open ? inside : order == 0;
}

// Constraints that must all hold, with blanks or commas between them.
std::optional<bool> holds_all(const Version& version, std::string_view text, std::string& why) {
  bool result = true;
  std::string joined(text);
  std::replace(joined.begin(), joined.end(), ',', ' ');
  std::string_view rest = trim(joined);
  if (rest.empty()) why = "the constraint is empty";
  if (rest.empty()) return std::nullopt;
  while (!rest.empty()) {
    const std::size_t symbol_end = std::min(rest.find_first_not_of("=<>!~^"), rest.size());
    const std::string_view symbol = rest.substr(0, symbol_end);
    rest = trim(rest.substr(symbol_end));
    const std::string_view written = rest.substr(0, rest.find_first_of(" \t"));
    const auto base = parse_version(written, true);
    static constexpr std::array<std::string_view, 12> kSymbols{
        "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "^", "~", "~>"};
    if (!base || std::find(kSymbols.begin(), kSymbols.end(), symbol) == kSymbols.end()) {
      why = "'" + std::string(text) + "' is no constraint on versions";
      return std::nullopt;
    }
    result = result && holds(version, symbol, *base);
    rest = trim(rest.substr(written.size()));
  }
  return result;
}

}  // namespace

std::optional<bool> satisfies(std::string_view version, std::string_view constraint,
                              std::string& why) {
  const auto read = parse_version(version, false);
  if (!read) why = "'" + std::string(version) + "' is no semantic version";
  if (!read) return std::nullopt;
  bool result = false;
  while (true) {
    const std::size_t end = constraint.find("||");
    std::string part(trim(constraint.substr(0, end)));
    const std::size_t dash = part.find(" - ");
    if (dash != std::string::npos)
      part = ">=" + part.substr(0, dash) + " <=" + std::string(trim(part.substr(dash + 3)));
    const auto one = holds_all(*read, part, why);
    if (!one) return std::nullopt;
    result = result || *one;
    if (end == std::string_view::npos) return result;
    constraint.remove_prefix(end + 2);
  }
}

}  // namespace cooper::hcl
