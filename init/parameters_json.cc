#include <nlohmann/json.hpp>

#include "init/parameters.h"
#include "oci/strict_json.h"

namespace cooper::init {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{64} << 10;

}  // namespace

Parameters parse_parameters(std::string_view text, const std::string& file) {
  const nlohmann::json document = oci::parse_strict_json(text, file, kMaxBytes);
  const oci::JsonObject object(document, file);
  const auto domains = object.object("domains");
  if (!domains) object.fail("domains", "is missing");
  Parameters parameters{object.required_string("name"),      object.required_string("registry"),
                        object.required_string("image"),     domains->required_string("site"),
                        domains->required_string("account"), domains->required_string("admin")};
  check(parameters);
  return parameters;
}

std::string to_json(const Parameters& parameters) {
  const nlohmann::ordered_json document = {
      {"name", parameters.name},
      {"registry", parameters.registry},
      {"image", parameters.image},
      {"domains",
       {{"site", parameters.site}, {"account", parameters.account}, {"admin", parameters.admin}}}};
  return document.dump(2) + "\n";
}

}  // namespace cooper::init
