#include <optional>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/path.h"
#include "builder/dockerfile/glob.h"
#include "builder/dockerfile/pattern.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

constexpr std::size_t kMaxPatterns = 10'000;
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

// One rule. Most patterns need no glob.
struct Rule {
  enum class Kind { exact, prefix, suffix, glob } kind = Kind::exact;
  bool negated = false;
  std::string text;     // exact: the path; prefix, suffix: the literal part
  std::string pattern;  // cleaned, without '!'
  std::optional<Glob> glob;

  [[nodiscard]] bool matches(std::string_view path) const {
    switch (kind) {
      case Kind::exact: return path == text;
      case Kind::prefix: return path.substr(0, text.size()) == text;
      // "**/name" is the name itself as well.
      case Kind::suffix:
        return ends_with(path, text) ||
               (!text.empty() && text.front() == '/' && path == text.substr(1));
      case Kind::glob: return glob->matches(path);
    }
    return false;
  }
};

// `pattern` is trimmed and not empty; may begin with '!'. With `from_root` a slash at its beginning
// means nothing; without, it matches nothing.
Rule make_rule(std::string_view pattern, bool from_root) {
  Rule rule;
  rule.negated = pattern.front() == '!';
  if (rule.negated) pattern = trim(pattern.substr(1));
  if (pattern.empty()) {
    throw base::Error(base::ErrorKind::usage, "use pattern", "!", "'!' alone excludes nothing");
  }
  rule.pattern = base::clean_path(pattern);
  if (from_root && rule.pattern.size() > 1 && rule.pattern.front() == '/') rule.pattern.erase(0, 1);
  Glob glob = Glob::compile(rule.pattern, Glob::Syntax::ignore);
  const std::string_view text = rule.pattern;
  const std::size_t wildcard = text.find_first_of("*?[]\\");
  if (wildcard == std::string_view::npos) {
    rule.text = text;
  } else if (wildcard + 2 == text.size() && text.substr(wildcard) == "**") {
    rule.kind = Rule::Kind::prefix;
    rule.text = text.substr(0, wildcard);
  } else if (text.substr(0, 2) == "**" &&
             text.find_first_of("*?[]\\", 2) == std::string_view::npos) {
    rule.kind = Rule::Kind::suffix;
    rule.text = text.substr(2);
  } else {
    rule.kind = Rule::Kind::glob;
    rule.glob = std::move(glob);
  }
  return rule;
}

// Whether a path strictly below `directory` can match the pattern.
bool can_match_below(const Rule& rule, std::string_view directory) {
  const std::vector<std::string_view> parts = base::split_path(rule.pattern);
  const std::vector<std::string_view> names = base::split_path(directory);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].find("**") != std::string_view::npos ||
        parts[i].find('[') != std::string_view::npos)
      return true;
    if (i >= names.size()) return true;
    if (parts[i].find_first_of("*?]\\") == std::string_view::npos) {
      if (parts[i] != names[i]) return false;
    } else if (parts[i].back() != '\\' &&
               !Glob::compile(parts[i], Glob::Syntax::ignore).matches(names[i])) {
      return false;
    }
  }
  return false;
}

}  // namespace

struct IgnoreRules::Compiled {
  std::vector<Rule> rules;
  std::vector<std::string> patterns;
  bool any_negated = false;

  void add(std::string_view pattern, bool from_root) {
    if (rules.size() >= kMaxPatterns) {
      throw base::Error(base::ErrorKind::limit, "use patterns", "", "more than 10000 patterns");
    }
    rules.push_back(make_rule(pattern, from_root));
    any_negated = any_negated || rules.back().negated;
    patterns.push_back((rules.back().negated ? "!" : "") + rules.back().pattern);
  }
};

IgnoreRules::IgnoreRules() : compiled_(std::make_unique<Compiled>()) {}
IgnoreRules::IgnoreRules(IgnoreRules&&) noexcept = default;
IgnoreRules& IgnoreRules::operator=(IgnoreRules&&) noexcept = default;
IgnoreRules::~IgnoreRules() = default;

IgnoreRules IgnoreRules::parse(std::string_view text, const std::string& file_name) {
  if (text.size() > base::limit_of(base::Limit::ignore_file_bytes)) {
    throw base::limit_error(base::Limit::ignore_file_bytes, "parse", file_name,
                            "the ignore file is too large");
  }
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark)
    text.remove_prefix(kByteOrderMark.size());
  IgnoreRules rules;
  for (int number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string_view pattern = trim(line);
    if (line.substr(0, 1) == "#" || pattern.empty()) continue;
    try {
      rules.compiled_->add(pattern, true);
    } catch (const base::Error& error) {
      const int column = static_cast<int>(pattern.data() - line.data()) + 1;
      base::Error located(error.kind(), "parse", file_name, error.cause());
      throw located.with_spot({file_name, number, column, static_cast<int>(pattern.size()),
                               std::string(trim_right(line))});
    }
  }
  return rules;
}

IgnoreRules IgnoreRules::from_patterns(const std::vector<std::string>& patterns) {
  IgnoreRules rules;
  for (const std::string& pattern : patterns) {
    if (!trim(pattern).empty()) rules.compiled_->add(trim(pattern), false);
  }
  return rules;
}

IgnoreRules::Found IgnoreRules::match(std::string_view path, const Found& parent) const {
  Found found;
  const std::vector<Rule>& rules = compiled_->rules;
  found.matched.resize(rules.size());
  for (std::size_t i = 0; i < rules.size(); ++i) {
    bool matched = i < parent.matched.size() && parent.matched[i];
    // A rule that could not change the verdict is not looked at.
    if (!matched && rules[i].negated == found.ignored) matched = rules[i].matches(path);
    found.matched[i] = matched;
    if (matched) found.ignored = !rules[i].negated;
  }
  return found;
}

bool IgnoreRules::ignores(std::string_view path) const {
  if (compiled_->rules.empty()) return false;
  Found found;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/', slash + 1)) {
    found = match(path.substr(0, slash), found);
  }
  return match(path, found).ignored;
}

bool IgnoreRules::may_contain_included(std::string_view directory) const {
  if (!compiled_->any_negated) return false;
  for (const Rule& rule : compiled_->rules) {
    if (rule.negated && can_match_below(rule, directory)) return true;
  }
  return false;
}

bool IgnoreRules::empty() const { return compiled_->rules.empty(); }
const std::vector<std::string>& IgnoreRules::patterns() const { return compiled_->patterns; }

}  // namespace cooper::dockerfile
