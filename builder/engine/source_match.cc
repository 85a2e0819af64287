#include "builder/engine/source_match.h"

#include <algorithm>
#include <span>

#include "base/error.h"
#include "base/path.h"
#include "builder/dockerfile/pattern.h"

namespace cooper::engine {
namespace {

std::string below(const std::string& directory, std::string_view name) {
  return directory.empty() ? std::string(name) : directory + "/" + std::string(name);
}

// Component by component, so that only directories a pattern can match in are listed.
void match_components(layer::FileTree& tree, const std::string& directory,
                      std::span<const std::string_view> pattern,
                      std::vector<std::string>& matches) {
  if (pattern.empty()) {
    matches.push_back(directory);
    return;
  }
  const std::string part(pattern.front());
  if (part.find_first_of("*?[\\") == std::string::npos) {
    const std::string path = below(directory, part);
    if (tree.find(path)) match_components(tree, path, pattern.subspan(1), matches);
    return;
  }
  for (const std::string& name : tree.list(directory)) {
    if (dockerfile::match_path(part, name))
      match_components(tree, below(directory, name), pattern.subspan(1), matches);
  }
}

}  // namespace

std::vector<std::string> match_source(layer::FileTree& tree, const std::string& source) {
  const std::string clean = base::clean_below_root(source);
  const auto parts = base::split_path(clean);
  const auto first = std::ranges::find_if(parts, dockerfile::has_wildcards);
  if (first == parts.end()) return {clean};
  std::string literal;
  for (auto part = parts.begin(); part != first; ++part) literal = below(literal, *part);
  const std::string meant = tree.resolve(literal, true);
  if (!tree.find(meant)) refuse_missing(tree, source, literal);
  std::vector<std::string> matches;
  match_components(tree, meant, std::span(first, parts.end()), matches);
  return matches;
}

void refuse_missing(layer::FileTree& tree, const std::string& source, const std::string& clean) {
  base::Error error(base::ErrorKind::not_found, "copy", source, "not found in the " + tree.name());
  if (tree.hidden(clean))
    error.with_hint("it is there, but a pattern of the ignore file excludes it");
  throw error;
}

}  // namespace cooper::engine
