// A POSIX extended regular expression, searched for in lines and texts of others: no depth that a
// long line could exhaust. '.' and [^x] do not match a newline; '^' and '$' match at lines.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cooper::smoke {

class Pattern {
 public:
  // Throws base::Error(usage) with what is wrong; at most 1000 bytes.
  explicit Pattern(const std::string& text);
  ~Pattern();
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;

  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

}  // namespace cooper::smoke
