#include "cli/colour.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace cooper::cli {
namespace {

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::dim: return "\x1b[2m";
    case Colour::bold: return "\x1b[1m";
    case Colour::red: return "\x1b[31m";
    case Colour::green: return "\x1b[32m";
    case Colour::yellow: return "\x1b[33m";
    case Colour::cyan: return "\x1b[36m";
  }
  return "";
}

}  // namespace

Painter Painter::of_stdout() {
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool wanted = no_color == nullptr || *no_color == '\0';
  const bool able = terminal != nullptr && std::string_view(terminal) != "dumb";
  return Painter(wanted && able && ::isatty(STDOUT_FILENO) == 1);
}

std::string Painter::operator()(Colour colour, const std::string& text) const {
  return colours_ ? code_of(colour) + text + "\x1b[0m" : text;
}

}  // namespace cooper::cli
