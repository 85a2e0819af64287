#include "base/error.h"
#include "builder/source/docker_archive_source.h"
#include "oci/strict_json.h"

namespace cooper::source {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& name, const std::string& cause) {
  throw base::Error(base::ErrorKind::corrupt, "read manifest.json of", name, cause);
}

std::vector<std::string> text_list(const json& object, const char* member,
                                   const std::string& name) {
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return {};
  if (!found->is_array()) refuse(name, std::string("'") + member + "' is no array");
  std::vector<std::string> out;
  for (const json& text : *found) {
    if (!text.is_string())
      refuse(name, std::string("'") + member + "' holds something else than strings");
    out.push_back(text.get<std::string>());
  }
  return out;
}

}  // namespace

std::vector<SavedImage> parse_saved_images(std::string_view text, const std::string& name) {
  const json document = oci::parse_strict_json(text, name + ":manifest.json");
  if (!document.is_array()) refuse(name, "it is no array");
  std::vector<SavedImage> out;
  for (const json& entry : document) {
    if (!entry.is_object()) refuse(name, "an entry is no object");
    const auto config = entry.find("Config");
    if (config == entry.end() || !config->is_string()) refuse(name, "an entry has no 'Config'");
    out.push_back({config->get<std::string>(), text_list(entry, "RepoTags", name),
                   text_list(entry, "Layers", name)});
  }
  return out;
}

}  // namespace cooper::source
