#include "base/path.h"

namespace cooper::base {
namespace {

std::string join_components(const std::vector<std::string_view>& parts) {
  std::string out;
  for (std::string_view part : parts) {
    if (!out.empty()) out += '/';
    out += part;
  }
  return out;
}

std::vector<std::string_view> resolve_dots(std::string_view path, bool rooted) {
  std::vector<std::string_view> kept;
  for (std::string_view part : split_path(path)) {
    const bool is_above = kept.empty() || kept.back() == "..";  // of where the path begins
    if (part == ".." && !is_above) {
      kept.pop_back();
    } else if (part != ".." || !rooted) {
      kept.push_back(part);
    }
  }
  return kept;
}

}  // namespace

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.push_back(part);
    if (slash == std::string_view::npos) break;
    path.remove_prefix(slash + 1);
  }
  return parts;
}

std::string clean_path(std::string_view path) {
  const bool rooted = is_absolute(path);
  std::string out = join_components(resolve_dots(path, rooted));
  if (rooted) return "/" + out;
  return out.empty() ? "." : out;
}

std::string clean_below_root(std::string_view path) {
  return join_components(resolve_dots(path, true));
}

std::string join_path(std::string_view base, std::string_view path) {
  if (is_absolute(path)) return clean_path(path);
  return clean_path(std::string(base) + "/" + std::string(path));
}

std::string_view parent_path(std::string_view clean) {
  const std::size_t slash = clean.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : clean.substr(0, slash);
}

std::string_view base_name(std::string_view clean) {
  const std::size_t slash = clean.rfind('/');
  return slash == std::string_view::npos ? clean : clean.substr(slash + 1);
}

}  // namespace cooper::base
