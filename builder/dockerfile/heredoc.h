// Heredoc words on an instruction's line (rows H1 to H4).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::dockerfile {

struct HeredocWord {
  std::string name;  // of the terminator: the word without its quotes
  bool expand = true;
  bool strip_tabs = false;
};

// "<<EOF", "3<<-'EOF'"; nullopt if the word is none. Throws base::Error(usage) for quotes that do
// not close.
[[nodiscard]] std::optional<HeredocWord> parse_heredoc_word(std::string_view word);

// The heredoc words of a line in order. A line whose quotes do not close has none: it is the
// shell's business.
[[nodiscard]] std::vector<HeredocWord> find_heredocs(std::string_view line);

}  // namespace cooper::dockerfile
