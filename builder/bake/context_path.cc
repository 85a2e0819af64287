#include "builder/bake/context_path.h"

#include <string_view>

#include "base/path.h"

namespace cooper::bake {

std::string clean_path(const std::string& path) {
  const std::size_t colon = path.find(':');
  if (path.empty() || (colon != std::string::npos && colon < path.find('/'))) return path;
  return base::clean_path(path);
}

std::string local_path(const std::string& context) {
  constexpr std::string_view kPrefix = "cwd://";
  if (!context.starts_with(kPrefix)) return clean_path(context);
  const std::string path = context.substr(kPrefix.size());
  return path.empty() ? "." : clean_path(path);
}

}  // namespace cooper::bake
