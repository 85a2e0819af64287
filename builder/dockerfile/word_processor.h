// The one walk over a word that both expansion (expand.h) and heredoc words (heredoc.h) are made
// of.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "builder/dockerfile/expand.h"

namespace cooper::dockerfile {

enum class QuoteRule {
  remove,   // quotes group and are dropped
  retain,   // quotes group and stay
  literal,  // quotes are ordinary characters
};

struct WordRules {
  char escape = '\\';
  QuoteRule quotes = QuoteRule::remove;
  bool keep_escapes = false;  // an escape stays in front of the character it escapes
  bool keep_unset = false;    // $name of an unset variable stays as written
  bool split = false;         // words() is wanted
  bool heredocs = false;      // blanks behind "<<" do not split (split only)
};

// Single use. Time and memory are linear in the word and in what variables and patterns add, which
// is limited (64 MiB produced in all, results thrown away included).
class WordProcessor {
 public:
  WordProcessor(std::string_view word, const Lookup& lookup, const WordRules& rules);

  // Throws base::Error(usage or limit).
  void run();

  [[nodiscard]] std::string& text() { return text_; }
  // The text split at blanks that were neither quoted nor escaped; blanks that come out of
  // variables split too.
  [[nodiscard]] std::vector<std::string>& words() { return words_; }
  [[nodiscard]] const std::set<std::string, std::less<>>& used() const { return used_; }
  [[nodiscard]] const std::set<std::string, std::less<>>& unset() const { return unset_; }

 private:
  [[nodiscard]] bool at_end() const { return position_ >= word_.size(); }
  [[nodiscard]] char peek() const { return word_[position_]; }
  [[nodiscard]] bool is_special(char c) const;
  [[nodiscard]] std::string special(bool keep_escapes);
  [[nodiscard]] std::string until(char stop, bool keep_escapes, const char* missing);
  [[nodiscard]] std::string escaped(bool keep_escapes);
  [[nodiscard]] std::string single_quoted();
  [[nodiscard]] std::string double_quoted(bool keep_escapes);
  [[nodiscard]] std::string dollar();
  [[nodiscard]] std::string braces();
  [[nodiscard]] std::string modified(const std::string& variable, std::size_t begin);
  [[nodiscard]] std::string required(const std::string& variable,
                                     const std::optional<std::string>& value, bool empty_is_unset,
                                     const std::string& message) const;
  [[nodiscard]] std::string trimmed(const std::string& value, char modifier,
                                    std::string_view pattern);
  [[nodiscard]] std::string replaced(const std::string& variable, std::size_t begin);
  [[nodiscard]] std::string name();
  [[nodiscard]] std::optional<std::string> look_up(const std::string& variable);
  void add_split(std::string_view text);
  void add_heredoc_mark();
  void end_word();
  [[noreturn]] void fail(std::string cause) const;
  void spend(std::size_t bytes);

  std::string_view word_;
  const Lookup& lookup_;
  WordRules rules_;
  std::size_t position_ = 0;
  int depth_ = 0;
  std::size_t spent_ = 0;
  std::string text_;
  std::vector<std::string> words_;
  std::string current_;
  std::set<std::string, std::less<>> used_, unset_;
};

}  // namespace cooper::dockerfile
