#include "builder/dockerfile/pattern.h"

#include "builder/dockerfile/glob.h"

namespace cooper::dockerfile {

bool has_wildcards(std::string_view text) {
  return text.find_first_of("*?[\\") != std::string_view::npos;
}

bool match_path(std::string_view pattern, std::string_view path) {
  return Glob::compile(pattern, Glob::Syntax::path).matches(path);
}

std::string literal_prefix(std::string_view pattern) {
  const std::size_t wildcard = pattern.find_first_of("*?[\\");
  const std::size_t slash = pattern.substr(0, wildcard).rfind('/');
  return slash == std::string_view::npos ? std::string{} : std::string(pattern.substr(0, slash));
}

}  // namespace cooper::dockerfile
