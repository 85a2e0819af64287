#include "builder/dockerfile/directive.h"

#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

std::string_view skip_blanks(std::string_view text) {
  while (!text.empty() && (is_separator(text.front()) || text.front() == '\n'))
    text.remove_prefix(1);
  return text;
}

// "# name = value"; nullopt for any other line.
std::optional<Directive> match(std::string_view line) {
  if (line.empty() || line.front() != '#') return std::nullopt;
  line = skip_blanks(line.substr(1));
  std::size_t length = 0;
  while (length < line.size() &&
         (is_letter(line[length]) || (length > 0 && is_digit(line[length]))))
    ++length;
  if (length == 0) return std::nullopt;
  Directive directive{to_lower(line.substr(0, length)), {}};
  line = skip_blanks(line.substr(length));
  if (line.empty() || line.front() != '=') return std::nullopt;
  directive.value = trim(line.substr(1));
  if (directive.value.empty()) return std::nullopt;
  return directive;
}

}  // namespace

std::optional<Directive> DirectiveReader::read(std::string_view line) {
  if (done_) return std::nullopt;
  auto directive = match(line);
  if (!directive ||
      (directive->name != "syntax" && directive->name != "escape" && directive->name != "check")) {
    done_ = true;
    return std::nullopt;
  }
  repeated_ = !seen_.insert(directive->name).second;
  return directive;
}

}  // namespace cooper::dockerfile
