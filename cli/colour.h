// Colours on standard output: only on a terminal, and never with NO_COLOR or a dumb terminal.
#pragma once

#include <string>

namespace cooper::cli {

enum class Colour { dim, bold, red, green, yellow, cyan };

class Painter {
 public:
  explicit Painter(bool colours) : colours_(colours) {}
  [[nodiscard]] static Painter of_stdout();
  [[nodiscard]] std::string operator()(Colour colour, const std::string& text) const;

 private:
  bool colours_;
};

}  // namespace cooper::cli
