#include "builder/check/check_options.h"

#include <optional>

#include "base/error.h"
#include "builder/check/rule.h"
#include "builder/dockerfile/text.h"

namespace cooper::check {
namespace {

using dockerfile::to_lower;
using dockerfile::trim;

[[noreturn]] void refuse(std::string_view text, const char* cause) {
  throw base::Error(base::ErrorKind::usage, "read check option", std::string(trim(text)), cause)
      .with_hint("write check=skip=RULE,RULE;error=true;experimental=RULE");
}

// What stands before and after the first `mark`; without it all is before.
std::string_view cut(std::string_view& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  const std::string_view head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + mark.size());
  return head;
}

void read_names(std::string_view value, std::set<std::string, std::less<>>& names, bool& all) {
  while (!value.empty()) {
    const std::string_view name = trim(cut(value, ","));
    if (name == "all") {
      all = true;
    } else if (!name.empty()) {
      names.emplace(name);
    }
  }
}

bool read_boolean(std::string_view option, std::string_view value) {
  const std::string word = to_lower(value);
  if (word == "true" || word == "1" || word == "t") return true;
  if (word == "false" || word == "0" || word == "f") return false;
  refuse(option, "error is true or false");
}

std::optional<std::string_view> check_value(std::string_view comment) {
  std::string_view rest = trim(comment);
  if (rest.find('=') == std::string_view::npos) return std::nullopt;
  const std::string_view name = trim(cut(rest, "="));
  if (to_lower(name) != "check") return std::nullopt;
  return rest;
}

}  // namespace

bool CheckOptions::wants(std::string_view rule) const {
  const Rule* known = find_rule(rule);
  if (skip.count(rule) != 0) return false;
  if (known != nullptr && known->experimental)  // "skip=all" leaves what was asked for by name
    return experimental_all || experimental.count(rule) != 0;
  return !skip_all;
}

CheckOptions parse_check_options(std::string_view text) {
  CheckOptions options;
  text = cut(text, "//");
  while (!trim(text).empty()) {
    const std::string_view option = cut(text, ";");
    if (trim(option).empty()) continue;
    std::string_view value = option;
    const std::string_view key = trim(cut(value, "="));
    if (option.find('=') == std::string_view::npos) refuse(option, "it has no value");
    value = trim(value);
    if (key == "skip") {
      read_names(value, options.skip, options.skip_all);
    } else if (key == "experimental") {
      read_names(value, options.experimental, options.experimental_all);
    } else if (key == "error") {
      options.error = read_boolean(option, value);
    } else {
      refuse(option, "it is not skip, error or experimental");
    }
  }
  return options;
}

bool is_check_comment(std::string_view comment) { return check_value(comment).has_value(); }

CheckOptions with_comments(CheckOptions options, const std::vector<std::string>& comments) {
  for (const std::string& comment : comments) {
    const auto value = check_value(comment);
    if (!value) continue;
    try {
      CheckOptions more = parse_check_options(*value);
      options.skip.merge(more.skip);
      options.experimental.merge(more.experimental);
      options.skip_all = options.skip_all || more.skip_all;
      options.experimental_all = options.experimental_all || more.experimental_all;
      options.error = options.error || more.error;
    } catch (const base::Error&) {  // NOLINT(bugprone-empty-catch): prose that looks like an option
    }
  }
  return options;
}

}  // namespace cooper::check
