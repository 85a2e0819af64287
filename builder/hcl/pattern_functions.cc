// Regular expressions: RE2, whose syntax Go has too and whose time is linear.
#include <re2/re2.h>

#include <algorithm>
#include <utility>

#include "base/utf8.h"
#include "builder/hcl/functions.h"

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxPattern = 10'000;
constexpr std::int64_t kMaxMemory = 4 << 20;

class Pattern {
 public:
  Pattern(Call& call, const std::string& text)
      : expression_(text.size() > kMaxPattern ? std::string{} : text, options()) {
    if (text.size() > kMaxPattern) call.fail("a pattern has more than 10000 bytes");
    call.charge(100 + 4 * text.size());  // what it takes to compile it
    if (!expression_.ok()) call.fail("the pattern cannot be read: " + expression_.error());
  }

  // The next match from `at`; false if there is none.
  bool find(const std::string& text, std::size_t at, std::vector<re2::StringPiece>& groups) const {
    groups.resize(static_cast<std::size_t>(expression_.NumberOfCapturingGroups()) + 1);
    return expression_.Match(text, at, text.size(), re2::RE2::UNANCHORED, groups.data(),
                             static_cast<int>(groups.size()));
  }

  [[nodiscard]] const std::map<int, std::string>& names() const {
    return expression_.CapturingGroupNames();
  }

 private:
  static re2::RE2::Options options() {
    re2::RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(kMaxMemory);
    return options;
  }

  re2::RE2 expression_;
};

Node group_node(const re2::StringPiece& group) {
  if (group.data() == nullptr) return {};
  return make_text({group.data(), group.size()});
}

// The match if there are no groups, else the groups: by name if they have names.
Node match_node(const Pattern& pattern, const std::vector<re2::StringPiece>& groups) {
  if (groups.size() == 1) return group_node(groups[0]);
  if (pattern.names().empty()) {
    std::vector<Node> items;
    for (std::size_t at = 1; at < groups.size(); ++at) items.push_back(group_node(groups[at]));
    return make_list(std::move(items));
  }
  std::map<std::string, Node> members;
  for (const auto& [at, name] : pattern.names())
    members[name] = group_node(groups[static_cast<std::size_t>(at)]);
  return make_object(std::move(members));
}

// Calls `each` for all matches, which do not overlap; an empty one right behind another is none.
template <typename Each>
void for_each_match(Call& call, const Pattern& pattern, const std::string& text, Each each) {
  std::vector<re2::StringPiece> groups;
  std::size_t last_end = std::string::npos;
  for (std::size_t at = 0; at <= text.size() && pattern.find(text, at, groups);) {
    call.charge(1 + text.size() / 1024);
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const std::size_t end = begin + groups[0].size();
    if (end > begin || begin != last_end) each(groups, begin, end);
    last_end = end;
    at = end;
    if (end == begin) {
      const std::size_t length =
          at < text.size() ? base::decode_utf8(std::string_view(text).substr(at)).second : 1;
      at += std::max<std::size_t>(length, 1);
    }
  }
}

Node regex(Call& call) {
  const Pattern pattern(call, call.text(0));
  const std::string text = call.text(1);
  std::vector<re2::StringPiece> groups;
  if (!pattern.find(text, 0, groups)) call.fail("the pattern matches no part of the text");
  return match_node(pattern, groups);
}

Node regexall(Call& call) {
  const Pattern pattern(call, call.text(0));
  std::vector<Node> items;
  for_each_match(call, pattern, call.text(1), [&](const auto& groups, std::size_t, std::size_t) {
    items.push_back(match_node(pattern, groups));
  });
  return make_list(std::move(items));
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "$1", "${1}", "$name" and "$$" in a replacement; unknown groups are empty.
void expand(std::string& out, std::string_view form, const Pattern& pattern,
            const std::vector<re2::StringPiece>& groups) {
  for (std::size_t at = 0; at < form.size(); ++at) {
    if (form[at] != '$' || at + 1 >= form.size()) {
      out += form[at];
      continue;
    }
    if (form[at + 1] == '$') {
      out += form[at++];
      continue;
    }
    const bool braces = form[at + 1] == '{';
    std::size_t end = at + (braces ? 2 : 1);
    const std::size_t begin = end;
    while (end < form.size() && in_name(form[end])) ++end;
    const std::string name(form.substr(begin, end - begin));
    if (name.empty() || (braces && (end >= form.size() || form[end] != '}'))) {
      out += '$';
      continue;
    }
    std::size_t group = groups.size();
    if (name.find_first_not_of("0123456789") == std::string::npos)
      group = name.size() < 6 ? static_cast<std::size_t>(std::stoul(name)) : groups.size();
    for (const auto& [number, known] : pattern.names()) {
      if (known == name) group = static_cast<std::size_t>(number);
    }
    if (group < groups.size()) out.append(groups[group].data(), groups[group].size());
    at = end - (braces ? 0 : 1);
  }
}

Node regex_replace(Call& call) {
  const std::string text = call.text(0), form = call.text(2);
  const Pattern pattern(call, call.text(1));
  std::string out;
  std::size_t copied = 0;
  for_each_match(call, pattern, text, [&](const auto& groups, std::size_t begin, std::size_t end) {
    out += text.substr(copied, begin - copied);
    const std::size_t before = out.size();
    expand(out, form, pattern, groups);
    call.charge(1 + (out.size() - before) / 64);
    copied = end;
  });
  return make_text(out + text.substr(copied));
}

}  // namespace

FunctionTable pattern_functions() {
  return {{"regex", {2, 2, regex}},
          {"regexall", {2, 2, regexall}},
          {"regex_replace", {3, 3, regex_replace}}};
}

}  // namespace cooper::hcl
