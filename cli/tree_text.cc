#include "cli/tree_text.h"

#include <cstdio>

#include "base/error.h"

namespace cooper::cli {
namespace {

using layer::EntryType;

// A blank would end the field.
std::string field(const std::string& text) {
  std::string out;
  for (const char c : base::printable(text))
    out += c == ' ' ? std::string("\\x20") : std::string(1, c);
  return out;
}

}  // namespace

std::string octal(std::uint32_t mode) {
  char text[16];
  std::snprintf(text, sizeof text, "%04o", mode);
  return text;
}

std::string hex_text(const std::string& bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto value = static_cast<unsigned char>(c);
    out += kDigits[value >> 4U];
    out += kDigits[value & 15U];
  }
  return out;
}

const char* type_name(EntryType type) {
  switch (type) {
    case EntryType::file:
    case EntryType::hardlink: return "file";
    case EntryType::directory: return "dir";
    case EntryType::symlink: return "link";
    case EntryType::character: return "char";
    case EntryType::block: return "block";
    case EntryType::fifo: return "fifo";
    case EntryType::socket: return "socket";
    case EntryType::whiteout: return "whiteout";
  }
  return "?";
}

std::string tree_line(const std::string& path, const layer::Entry& entry, bool times) {
  std::string line = "/" + field(path) + " " + type_name(entry.type) + " " + octal(entry.mode) +
                     " " + std::to_string(entry.uid) + ":" + std::to_string(entry.gid) + " " +
                     std::to_string(entry.type == EntryType::file ? entry.size : 0);
  if (entry.type == EntryType::symlink) line += " link=" + field(entry.link);
  if (entry.type == EntryType::character || entry.type == EntryType::block) {
    line +=
        " device=" + std::to_string(entry.device_major) + ":" + std::to_string(entry.device_minor);
  }
  for (const auto& [name, value] : entry.xattrs)
    line += " xattr." + field(name) + "=" + hex_text(value);
  if (times) line += " mtime=" + std::to_string(entry.mtime);
  if (entry.content) line += " sha256:" + base::to_hex(*entry.content);
  return line;
}

std::string tree_text(const layer::LayerStack& stack, bool times) {
  std::string text;
  stack.walk("", [&text, times](const std::string& path, const layer::Found& found) {
    text += tree_line(path, *found.entry, times) + "\n";
    return true;
  });
  return text;
}

}  // namespace cooper::cli
