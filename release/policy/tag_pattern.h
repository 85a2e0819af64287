// A regular expression (ECMAScript) that a whole tag must match, in any letter case: a registry may
// have stored the tag in lower case.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::release {

class TagPattern {
 public:
  // Throws base::Error(usage): empty, longer than 1000 bytes, or not a regular expression.
  explicit TagPattern(std::string text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  [[nodiscard]] std::size_t groups() const;
  [[nodiscard]] bool matches(std::string_view tag) const;
  // The texts of the groups; empty if the tag does not match or the pattern has no group.
  [[nodiscard]] std::vector<std::string> split(std::string_view tag) const;

 private:
  struct Compiled;
  std::string text_;
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace cooper::release
