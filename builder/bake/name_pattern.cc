#include "builder/bake/name_pattern.h"

#include <cstddef>

namespace cooper::bake {
namespace {

// Whether `c` is in the class that begins at pattern[at] ('['); moves `at` behind it.
bool in_class(std::string_view pattern, std::size_t& at, char c) {
  const std::size_t end = pattern.find(']', at + 2);
  if (end == std::string_view::npos) {
    at = pattern.size();
    return false;
  }
  std::string_view members = pattern.substr(at + 1, end - at - 1);
  at = end + 1;
  const bool negated = members.front() == '^';
  if (negated) members.remove_prefix(1);
  bool found = false;
  while (!members.empty()) {
    const bool range = members.size() > 2 && members[1] == '-';
    const char high = range ? members[2] : members[0];
    found = found || (members[0] <= c && c <= high);
    members.remove_prefix(range ? 3 : 1);
  }
  return found != negated;
}

// Whether the item at pattern[at] takes `c`; moves `at` behind the item.
bool takes(std::string_view pattern, std::size_t& at, char c) {
  if (pattern[at] == '[') return in_class(pattern, at, c);
  const char item = pattern[at++];
  return item == '?' || item == c;
}

}  // namespace

bool has_wildcards(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

bool matches_name(std::string_view pattern, std::string_view name) {
  constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::size_t item = 0, at = 0, star = kNone, star_at = 0;
  while (at < name.size()) {
    if (item < pattern.size() && pattern[item] == '*') {
      star = ++item;
      star_at = at;
      continue;
    }
    if (item < pattern.size() && takes(pattern, item, name[at])) {
      ++at;
      continue;
    }
    if (star == kNone) return false;
    item = star;
    at = ++star_at;
  }
  while (item < pattern.size() && pattern[item] == '*') ++item;
  return item == pattern.size();
}

}  // namespace cooper::bake
