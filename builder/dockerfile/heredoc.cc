#include "builder/dockerfile/heredoc.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "builder/dockerfile/text.h"
#include "builder/dockerfile/word_processor.h"

namespace cooper::dockerfile {
namespace {

std::vector<std::string> shell_words(std::string_view text, QuoteRule quotes, bool keep_escapes) {
  const Lookup nothing_is_set = [](std::string_view) { return std::nullopt; };
  WordRules rules;
  rules.split = true;
  rules.heredocs = true;
  rules.keep_unset = true;
  rules.keep_escapes = keep_escapes;
  rules.quotes = quotes;
  WordProcessor processor(text, nothing_is_set, rules);
  processor.run();
  return std::move(processor.words());
}

// "$((1 << 2))": with a blank behind it, "<<" before what ends in a parenthesis is arithmetic.
bool is_shift(std::string_view word) {
  const std::size_t mark = word.find("<<");
  return mark != std::string_view::npos && word.ends_with(')') && mark + 2 < word.size() &&
         (word[mark + 2] == ' ' || word[mark + 2] == '\t');
}

std::string quoted_word(std::string_view text) {
  const std::vector<std::string> words = shell_words(text, QuoteRule::retain, false);
  return words.empty() ? std::string{} : words.front();
}

std::ptrdiff_t quotes_in(std::string_view text) {
  return std::count(text.begin(), text.end(), '\'') + std::count(text.begin(), text.end(), '"');
}

}  // namespace

std::optional<HeredocWord> parse_heredoc_word(std::string_view word) {
  std::size_t at = 0;
  while (at < word.size() && is_digit(word[at])) ++at;
  if (word.substr(at, 2) != "<<") return std::nullopt;
  at += 2;
  HeredocWord heredoc;
  if (at < word.size() && word[at] == '-') {
    heredoc.strip_tabs = true;
    ++at;
  }
  const std::string_view rest = trim_left(word.substr(at));
  if (rest.empty() || rest.find('<') != std::string_view::npos) return std::nullopt;
  const std::vector<std::string> plain = shell_words(rest, QuoteRule::remove, false);
  if (plain.size() != 1) return std::nullopt;
  heredoc.name = plain.front();
  heredoc.expand = quotes_in(quoted_word(rest)) == quotes_in(heredoc.name);
  return heredoc;
}

std::vector<HeredocWord> find_heredocs(std::string_view line) {
  std::vector<HeredocWord> found;
  if (line.find("<<") == std::string_view::npos) return found;
  std::vector<std::string> words;
  try {
    words = shell_words(line, QuoteRule::retain, true);
  } catch (const base::Error&) {
    return found;
  }
  for (const std::string& word : words) {
    if (is_shift(word)) continue;
    if (auto heredoc = parse_heredoc_word(word)) found.push_back(std::move(*heredoc));
  }
  return found;
}

}  // namespace cooper::dockerfile
