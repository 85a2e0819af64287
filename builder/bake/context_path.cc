#include "builder/bake/context_path.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace cooper::bake {

std::string clean_path(const std::string& path) {
  const std::size_t colon = path.find(':');
  if (path.empty() || (colon != std::string::npos && colon < path.find('/'))) return path;
  const bool rooted = path.front() == '/';
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string part = path.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != ".." || (!rooted && (parts.empty() || parts.back() == ".."))) {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  std::string out = rooted ? "/" : "";
  for (const std::string& part : parts) out += (&part == parts.data() ? "" : "/") + part;
  return out.empty() ? "." : out;
}

std::string local_path(const std::string& context) {
  constexpr std::string_view kPrefix = "cwd://";
  if (!context.starts_with(kPrefix)) return clean_path(context);
  const std::string path = context.substr(kPrefix.size());
  return path.empty() ? "." : clean_path(path);
}

}  // namespace cooper::bake
