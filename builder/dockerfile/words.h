// Cutting the rest of an instruction's line into words (rows P15, P18). Every word knows where it
// stands.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::dockerfile {

struct Word {
  std::string text;
  std::size_t offset = 0;  // in the text that was cut
  std::size_t length = 0;  // there: quotes of a flag are not in `text`
  bool operator==(const Word&) const = default;
};

// At blanks only; quotes mean nothing (FROM, EXPOSE, ADD, COPY, VOLUME).
[[nodiscard]] std::vector<Word> split_blanks(std::string_view text);

// At white space outside quotes; quotes and escapes stay in the words for later expansion (ENV,
// LABEL, ARG).
[[nodiscard]] std::vector<Word> split_quoted(std::string_view text, char escape);

struct FlagWords {
  std::vector<Word> flags;  // with their "--", quotes and escapes resolved
  std::size_t rest = 0;     // where the arguments begin
};

// The leading words that begin with "--"; a bare "--" ends them.
[[nodiscard]] FlagWords split_flags(std::string_view text);

// "a,b=c,"d,e"": comma-separated values with Go's CSV quoting. Returns false if a quote is
// misplaced or not closed.
[[nodiscard]] bool split_csv(std::string_view text, std::vector<Word>& fields);

}  // namespace cooper::dockerfile
