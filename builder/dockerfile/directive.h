// Parser directives ("# escape=`"): comments at the very top of a Dockerfile that mean something
// (rows P11 to P14).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cooper::dockerfile {

struct Directive {
  std::string name;  // lower case: syntax, escape or check
  std::string value;
};

// Reads the lines from the top; the first that is no known directive ends it.
class DirectiveReader {
 public:
  [[nodiscard]] bool done() const { return done_; }
  // `line` without leading blanks and line end.
  [[nodiscard]] std::optional<Directive> read(std::string_view line);
  // True if the directive just read was there before.
  [[nodiscard]] bool repeated() const { return repeated_; }

 private:
  bool done_ = false;
  bool repeated_ = false;
  std::set<std::string> seen_;
};

}  // namespace cooper::dockerfile
