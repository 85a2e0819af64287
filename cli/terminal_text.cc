#include "cli/terminal_text.h"

#include <algorithm>

namespace cooper::cli {
namespace {

// Bytes of the character that begins at `at`.
std::size_t length_at(std::string_view text, std::size_t at) {
  std::size_t length = 1;
  while (at + length < text.size() &&
         (static_cast<unsigned char>(text[at + length]) & 0xC0U) == 0x80U)
    ++length;
  return length;
}

std::size_t width_of(std::string_view character) {
  if (character.size() < 3) return 1;
  const auto lead = static_cast<unsigned char>(character[0]);
  const auto second = static_cast<unsigned char>(character[1]);
  if (character.size() >= 4) return lead == 0xF0U && second >= 0x9FU ? 2 : 1;  // emoji
  // U+1100..115F, U+2E80..A4CF, U+AC00..D7FF, U+F900..FAFF, U+FF00..FF60, roughly: by the lead
  // byte.
  if (lead == 0xE1U) return second == 0x84U || second == 0x85U ? 2 : 1;
  if (lead == 0xE2U) return second >= 0xBAU ? 2 : 1;
  if (lead == 0xEFU)
    return (second >= 0xA4U && second <= 0xABU) || second == 0xBCU || second == 0xBDU ? 2 : 1;
  return lead >= 0xE3U && lead <= 0xEDU ? 2 : 1;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  std::size_t columns = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_at(text, at);
    columns += width_of(text.substr(at, length));
    at += length;
  }
  return columns;
}

std::string cut_to_columns(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  const std::size_t dots = std::min<std::size_t>(3, columns);
  std::string out;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_at(text, at);
    used += width_of(text.substr(at, length));
    if (used > columns - dots) break;
    out += text.substr(at, length);
    at += length;
  }
  return out + std::string(dots, '.');
}

}  // namespace cooper::cli
