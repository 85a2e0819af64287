#include "builder/dockerfile/words.h"

#include <algorithm>
#include <utility>

#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

bool is_quote(char c) { return c == '\'' || c == '"'; }

// The end of the quoted part that begins at `at` (behind its closing quote, or the end of the
// text).
std::size_t end_of_quotes(std::string_view text, std::size_t at, char escape) {
  const char quote = text[at++];
  while (at < text.size()) {
    if (text[at] == quote) return at + 1;
    at += text[at] == escape && quote == '"' ? 2 : 1;
  }
  return text.size();
}

// Reads one flag word from text[at...] into `word`; returns where it ends.
std::size_t read_flag(std::string_view text, std::size_t at, std::string& word) {
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == '\0' && space_length(text.substr(at)) > 0) break;
    if (quote == '\0' && is_quote(c)) {
      quote = c;
    } else if (quote != '\0' && c == quote) {
      quote = '\0';
    } else if (c != '\\') {
      word += c;
    } else if (at + 1 < text.size()) {
      word += text[++at];
    }
  }
  return at;
}

}  // namespace

std::vector<Word> split_blanks(std::string_view text) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (is_separator(text[at])) {
      ++at;
      continue;
    }
    const std::size_t begin = at;
    while (at < text.size() && !is_separator(text[at])) ++at;
    words.push_back({std::string(text.substr(begin, at - begin)), begin, at - begin});
  }
  return words;
}

std::vector<Word> split_quoted(std::string_view text, char escape) {
  std::vector<Word> words;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t space = space_length(text.substr(at))) {
      at += space;
      continue;
    }
    const std::size_t begin = at;
    std::size_t end_of_text = text.size();
    while (at < text.size() && space_length(text.substr(at)) == 0) {
      if (is_quote(text[at])) {
        at = end_of_quotes(text, at, escape);
      } else if (text[at] != escape) {
        ++at;
      } else if (at + 1 == text.size()) {
        end_of_text = at++;  // an escape at the very end is dropped
      } else {
        at += 2;
      }
    }
    at = at < text.size() ? at : text.size();
    const std::size_t length = (at < end_of_text ? at : end_of_text) - begin;
    if (length > 0) words.push_back({std::string(text.substr(begin, length)), begin, length});
  }
  return words;
}

FlagWords split_flags(std::string_view text) {
  FlagWords result;
  std::size_t at = 0;
  while (true) {
    while (const std::size_t space = space_length(text.substr(at))) at += space;
    result.rest = at;
    if (text.substr(at, 2) != "--") return result;
    std::string word;
    const std::size_t begin = at;
    at = read_flag(text, at, word);
    result.rest = at;
    if (word == "--") return result;
    result.flags.push_back({std::move(word), begin, at - begin});
  }
}

bool split_csv(std::string_view text, std::vector<Word>& fields) {
  std::size_t at = 0;
  while (true) {
    Word field{{}, at, 0};
    if (at < text.size() && text[at] == '"') {
      for (++at;; ++at) {
        if (at >= text.size()) return false;
        if (text[at] != '"') {
          field.text += text[at];
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
          field.text += text[at++];
        } else {
          break;
        }
      }
      ++at;
      if (at < text.size() && text[at] != ',') return false;
    } else {
      const std::size_t end = std::min(text.find(',', at), text.size());
      field.text = text.substr(at, end - at);
      if (field.text.find('"') != std::string::npos) return false;
      at = end;
    }
    field.length = at - field.offset;
    fields.push_back(std::move(field));
    if (at >= text.size()) return true;
    ++at;
  }
}

}  // namespace cooper::dockerfile
