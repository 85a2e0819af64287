#include "base/error.h"
#include "builder/upkeep/input_limits.h"
#include "oci/strict_json.h"

namespace cooper::upkeep {
namespace {

std::map<std::string, std::string> parse(std::string_view text, const std::string& file) {
  const nlohmann::json value = oci::parse_strict_json(text, file);
  const auto limits = oci::JsonObject(value, file).object("limits");
  std::map<std::string, std::string> found;
  if (!limits) return found;
  for (const auto& [name, member] : limits->value().items()) {
    if (!member.is_string() && !member.is_number_unsigned())
      limits->fail(name, "is no number and no size such as \"20GB\"");
    found[name] = member.is_string() ? member.get<std::string>() : member.dump();
  }
  return found;
}

}  // namespace

std::map<std::string, std::string> parse_input_limits(std::string_view text,
                                                      const std::string& file) {
  try {
    return parse(text, file);
  } catch (const base::Error& error) {
    // It is the user's file: a wrong one is wrong use.
    throw base::Error(base::ErrorKind::usage, error.doing(), error.thing(), error.cause())
        .with_hint("docs/security.md has the limits, docs/cache.md the form of the file");
  }
}

}  // namespace cooper::upkeep
