#include "builder/dockerfile/word_processor.h"

#include <utility>

#include "base/error.h"
#include "base/utf8.h"
#include "builder/dockerfile/substitute.h"
#include "builder/dockerfile/text.h"
#include "builder/dockerfile/unicode_names.h"

namespace cooper::dockerfile {
namespace {

constexpr int kMaxDepth = 100;
constexpr std::size_t kMaxSpent = std::size_t{64} << 20;
constexpr std::string_view kSpecialNames = "@*#?-$!";

enum class NamePart { none, digit, letter };

// What the character at the beginning of `text` is to a name, and its bytes.
std::pair<NamePart, std::size_t> name_part(std::string_view text) {
  const char c = text.empty() ? ' ' : text.front();
  if (is_digit(c)) return {NamePart::digit, 1};
  if (is_letter(c) || c == '_') return {NamePart::letter, 1};
  if (static_cast<unsigned char>(c) < 0x80) return {NamePart::none, 0};
  const auto decoded = base::decode_utf8(text);
  if (is_unicode_digit(decoded.first)) return {NamePart::digit, decoded.second};
  if (is_unicode_letter(decoded.first)) return {NamePart::letter, decoded.second};
  return {NamePart::none, 0};
}

}  // namespace

WordProcessor::WordProcessor(std::string_view word, const Lookup& lookup, const WordRules& rules)
    : word_(word), lookup_(lookup), rules_(rules) {}

void WordProcessor::fail(std::string cause) const {
  const bool is_long = word_.size() > 200;
  throw base::Error(base::ErrorKind::usage, "expand",
                    std::string(word_.substr(0, 200)) + (is_long ? "..." : ""), std::move(cause));
}

void WordProcessor::spend(std::size_t bytes) {
  spent_ += bytes;
  if (spent_ > kMaxSpent) {
    throw base::Error(base::ErrorKind::limit, "expand", std::string(word_.substr(0, 200)),
                      "the expansion is larger than 64 MiB");
  }
}

bool WordProcessor::is_special(char c) const {
  return c == '$' || (c == '<' && rules_.heredocs) || c == rules_.escape ||
         (rules_.quotes != QuoteRule::literal && (c == '\'' || c == '"'));
}

void WordProcessor::run() {
  while (!at_end()) {
    const char c = peek();
    if (c == '<' && rules_.heredocs) {
      add_heredoc_mark();
      continue;
    }
    if (is_special(c)) {
      const std::string part = special(rules_.keep_escapes);
      text_ += part;
      if (rules_.split && c == '$') add_split(part);
      if (rules_.split && c != '$') current_ += part;
      continue;
    }
    const std::size_t begin = position_;
    while (!at_end() && !is_special(peek())) ++position_;
    const std::string_view plain = word_.substr(begin, position_ - begin);
    text_ += plain;
    if (rules_.split) add_split(plain);
  }
  end_word();
}

// What the special character at the position stands for; moves past it.
std::string WordProcessor::special(bool keep_escapes) {
  switch (peek()) {
    case '$': return dollar();
    case '\'': return single_quoted();
    case '"': return double_quoted(keep_escapes);
    default: return escaped(keep_escapes);
  }
}

void WordProcessor::add_split(std::string_view text) {
  while (!text.empty()) {
    std::size_t plain = 0;
    std::size_t space = 0;
    while (plain < text.size() && (space = space_length(text.substr(plain))) == 0) ++plain;
    current_ += text.substr(0, plain);
    text.remove_prefix(plain);
    if (text.empty()) return;
    end_word();
    text.remove_prefix(space);
  }
}

// "<" alone, or "<<" and the blanks behind it: they are part of the word they stand before.
void WordProcessor::add_heredoc_mark() {
  const std::size_t begin = position_++;
  if (!at_end() && peek() == '<') {
    ++position_;
    while (!at_end() && (peek() == ' ' || peek() == '\t')) ++position_;
  }
  current_ += word_.substr(begin, position_ - begin);
  text_ += word_.substr(begin, position_ - begin);
}

void WordProcessor::end_word() {
  if (!current_.empty()) words_.push_back(std::exchange(current_, {}));
}

std::string WordProcessor::escaped(bool keep_escapes) {
  std::string out;
  if (keep_escapes) out += peek();
  ++position_;
  if (!at_end()) out += word_[position_++];
  return out;
}

std::string WordProcessor::single_quoted() {
  const std::size_t begin = position_;
  const std::size_t end = word_.find('\'', begin + 1);
  if (end == std::string_view::npos) fail("a single quote is not closed");
  position_ = end + 1;
  const bool keep = rules_.quotes == QuoteRule::retain;
  return std::string(keep ? word_.substr(begin, end + 1 - begin)
                          : word_.substr(begin + 1, end - begin - 1));
}

std::string WordProcessor::double_quoted(bool keep_escapes) {
  const bool keep = rules_.quotes == QuoteRule::retain;
  std::string out;
  if (keep) out += '"';
  ++position_;
  while (!at_end()) {
    const char c = peek();
    if (c == '$') {
      out += dollar();
      continue;
    }
    ++position_;
    if (c == '"') {
      if (keep) out += '"';
      return out;
    }
    if (c != rules_.escape) {
      out += c;
      continue;
    }
    // Only a quote, a dollar and the escape itself can be escaped in here; before anything else it
    // is text.
    const bool escapes = !at_end() && (peek() == '"' || peek() == '$' || peek() == rules_.escape);
    if (keep_escapes) out += c;
    out += escapes ? word_[position_++] : c;
  }
  fail("a double quote is not closed");
}

std::string WordProcessor::dollar() {
  const std::size_t begin = position_++;
  if (!at_end() && peek() == '{') return braces();
  const std::string variable = name();
  if (variable.empty()) return "$";
  const auto value = look_up(variable);
  if (!value && rules_.keep_unset) return std::string(word_.substr(begin, position_ - begin));
  return value.value_or("");
}

std::string WordProcessor::braces() {
  if (++depth_ > kMaxDepth) fail("braces nested deeper than 100");
  const std::size_t begin = position_ - 1;
  ++position_;
  if (at_end()) fail("syntax error: missing '}'");
  if (peek() == '{' || peek() == '}' || peek() == ':') fail("syntax error: bad substitution");
  const std::string variable = name();
  std::string out = modified(variable, begin);
  --depth_;
  return out;
}

// From behind the name of ${name...} to behind its brace. `begin` is where the '$' stands.
std::string WordProcessor::modified(const std::string& variable, std::size_t begin) {
  if (at_end()) fail("syntax error: missing '}'");
  char modifier = word_[position_++];
  if (modifier == '}') {
    const auto value = look_up(variable);
    if (!value && rules_.keep_unset) return std::string(word_.substr(begin, position_ - begin));
    return value.value_or("");
  }
  if (modifier == '/') return replaced(variable, begin);
  const bool colon = modifier == ':';
  if (colon) {
    if (at_end()) fail("syntax error: missing '}'");
    modifier = word_[position_++];
  }
  const bool pattern = modifier == '#' || modifier == '%';
  if (std::string_view("-+?#%").find(modifier) == std::string_view::npos || (colon && pattern)) {
    fail(std::string("unsupported modifier (") + (colon ? ":" : "") + modifier +
         ") in substitution");
  }
  const std::string argument = until('}', pattern, "syntax error: missing '}'");
  const auto value = look_up(variable);
  if (!value && rules_.keep_unset) return std::string(word_.substr(begin, position_ - begin));
  const bool absent = !value || (colon && value->empty());
  switch (modifier) {
    case '-': return absent ? argument : *value;
    case '+': return absent ? std::string{} : argument;
    case '?': return required(variable, value, colon, argument);
    default: return trimmed(value.value_or(""), modifier, argument);
  }
}

std::string WordProcessor::required(const std::string& variable,
                                    const std::optional<std::string>& value, bool empty_is_unset,
                                    const std::string& message) const {
  if (!value) fail(variable + ": " + (message.empty() ? "is not allowed to be unset" : message));
  if (empty_is_unset && value->empty()) {
    fail(variable + ": " + (message.empty() ? "is not allowed to be empty" : message));
  }
  return *value;
}

std::string WordProcessor::trimmed(const std::string& value, char modifier,
                                   std::string_view pattern) {
  const bool longest = !pattern.empty() && pattern.front() == modifier;
  if (longest) pattern.remove_prefix(1);
  spend(value.size() / 256 * pattern.size());
  return modifier == '#' ? remove_prefix(value, pattern, longest)
                         : remove_suffix(value, pattern, longest);
}

std::string WordProcessor::replaced(const std::string& variable, std::size_t begin) {
  const bool all = !at_end() && peek() == '/';
  if (all) ++position_;
  const std::string pattern = until('/', true, "syntax error: missing '/' in ${}");
  const std::string replacement = until('}', true, "syntax error: missing '}'");
  const auto value = look_up(variable);
  if (!value && rules_.keep_unset) return std::string(word_.substr(begin, position_ - begin));
  spend(value.value_or("").size() / 256 * pattern.size());
  std::string out = replace_pattern(value.value_or(""), pattern, replacement, all);
  spend(out.size());
  return out;
}

// The text up to `stop`, expanded; moves past `stop`.
std::string WordProcessor::until(char stop, bool keep_escapes, const char* missing) {
  std::string out;
  while (!at_end()) {
    const char c = peek();
    if (c == stop) {
      ++position_;
      return out;
    }
    if (is_special(c)) {
      const std::string part = special(keep_escapes);
      spend(part.size());
      out += part;
    } else {
      out += c;
      ++position_;
    }
  }
  fail(missing);
}

// The variable's name at the position, "" if there is none: a number, one special character, or
// letters, digits and _.
std::string WordProcessor::name() {
  std::size_t end = position_;
  const NamePart first = name_part(word_.substr(end)).first;
  if (!at_end() && kSpecialNames.find(peek()) != std::string_view::npos) {
    ++end;
  } else {
    for (;;) {
      const auto part = name_part(word_.substr(end));
      if (part.first == NamePart::none) break;
      if (first == NamePart::digit && part.first != NamePart::digit) break;
      end += part.second;
    }
  }
  const std::size_t begin = std::exchange(position_, end);
  return std::string(word_.substr(begin, end - begin));
}

std::optional<std::string> WordProcessor::look_up(const std::string& variable) {
  auto value = lookup_(variable);
  auto& names = value ? used_ : unset_;
  if (names.find(variable) == names.end()) names.insert(variable);
  if (value) spend(value->size());
  return value;
}

}  // namespace cooper::dockerfile
