#include "cli/error_text.h"

#include <algorithm>

#include "cli/exit_code.h"

namespace cooper::cli {
namespace {

std::string place_text(const base::SourceSpot& spot) {
  std::string place = base::printable(spot.file);
  if (spot.line > 0) place += ":" + std::to_string(spot.line);
  if (spot.line > 0 && spot.column > 1) place += ":" + std::to_string(spot.column);
  std::string text = "  --> " + place + "\n";
  if (spot.line_text.empty()) return text;
  const std::string number = std::to_string(spot.line);
  const std::string margin(number.size(), ' ');
  text += " " + margin + " |\n " + number + " | " + base::printable(spot.line_text) + "\n";
  const auto column = static_cast<std::size_t>(std::max(spot.column, 1)) - 1;
  const std::size_t room = spot.line_text.size() > column ? spot.line_text.size() - column : 1;
  const std::size_t carets =
      std::clamp<std::size_t>(static_cast<std::size_t>(std::max(spot.length, 1)), 1, room);
  text += " " + margin + " | " + std::string(column, ' ') + std::string(carets, '^') + "\n";
  return text;
}

}  // namespace

std::string error_text(const base::Error& error) {
  std::string text = "error: " + std::string(error.what()) + "\n";
  if (error.spot()) text += place_text(*error.spot());
  if (!error.hint().empty()) text += "hint: " + base::printable(error.hint()) + "\n";
  return text;
}

int exit_code_of(const base::Error& error) {
  switch (error.kind()) {
    case base::ErrorKind::usage:
    case base::ErrorKind::unsupported: return kUsage;
    case base::ErrorKind::limit: return kLimit;
    case base::ErrorKind::network: return kTemporary;
    case base::ErrorKind::cancelled: return kInterrupted;
    default: return kFailure;
  }
}

}  // namespace cooper::cli
