#include "builder/dockerfile/pattern.h"

#include "builder/dockerfile/glob.h"

namespace cooper::dockerfile {

bool has_wildcards(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '*' || text[at] == '?' || text[at] == '[') {
      return true;
    }
  }
  return false;
}

bool match_path(std::string_view pattern, std::string_view path) {
  return Glob::compile(pattern, Glob::Syntax::path).matches(path);
}

}  // namespace cooper::dockerfile
