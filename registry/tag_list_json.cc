#include "base/error.h"
#include "oci/strict_json.h"
#include "registry/tag_list.h"

namespace cooper::registry {

std::vector<std::string> parse_tag_page(std::string_view text, const std::string& repository) {
  const nlohmann::json document = oci::parse_strict_json(text, "tag list of " + repository);
  const auto refuse = [&](const char* cause) {
    return base::Error(base::ErrorKind::network, "list tags of", repository, cause);
  };
  if (!document.is_object()) throw refuse("the answer is no JSON object");
  const auto tags = document.find("tags");
  if (tags == document.end() || tags->is_null()) return {};
  if (!tags->is_array()) throw refuse("'tags' is no array");
  std::vector<std::string> out;
  for (const auto& tag : *tags) {
    if (!tag.is_string()) throw refuse("a tag is no string");
    out.push_back(tag.get<std::string>());
  }
  return out;
}

}  // namespace cooper::registry
