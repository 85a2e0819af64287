#include "oci/image_config.h"

namespace cooper::oci {
namespace {

// An entry without "=" names a variable that has no value.
std::string_view name_of(std::string_view entry) { return entry.substr(0, entry.find('=')); }

}  // namespace

std::optional<std::string> env_value(const std::vector<std::string>& env, std::string_view name) {
  for (const std::string& entry : env) {
    if (name_of(entry) != name) continue;
    return entry.size() > name.size() ? entry.substr(name.size() + 1) : std::string();
  }
  return std::nullopt;
}

void set_env(std::vector<std::string>& env, std::string_view name, std::string_view value) {
  std::string text = std::string(name) + "=" + std::string(value);
  for (std::string& entry : env) {
    if (name_of(entry) != name) continue;
    entry = std::move(text);
    return;
  }
  env.push_back(std::move(text));
}

}  // namespace cooper::oci
