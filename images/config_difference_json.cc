#include <map>

#include "images/config_difference.h"
#include "oci/strict_json.h"

namespace cooper::images {
namespace {

using Json = nlohmann::json;
using Members = std::map<std::string, std::string>;

std::string text_of(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void flatten(const std::string& path, const Json& value, Members& out) {
  const bool is_environment = path == "config.Env" && value.is_array();
  if (value.is_object()) {
    for (const auto& member : value.items())
      flatten(path.empty() ? member.key() : path + "." + member.key(), member.value(), out);
  } else if (is_environment) {
    for (const Json& entry : value) {
      const std::string text = entry.is_string() ? entry.get<std::string>() : text_of(entry);
      const std::size_t equals = text.find('=');
      out[path + "." + text.substr(0, equals)] =
          text_of(equals == std::string::npos ? Json(nullptr) : Json(text.substr(equals + 1)));
    }
  } else if (!value.is_null()) {
    out[path] = text_of(value);
  }
}

Members members_of(std::string_view text, bool times) {
  Json value = oci::parse_strict_json(text, "image configuration");
  const oci::JsonObject object(value, "image configuration");
  for (const char* name : {"history", "rootfs"}) value.erase(name);
  if (!times) value.erase("created");
  Members members;
  flatten("", value, members);
  return members;
}

}  // namespace

std::vector<MemberDifference> compare_members(const Members& before, const Members& after) {
  std::map<std::string, MemberDifference> all;
  for (const auto& [member, value] : before) all[member] = {member, value, std::nullopt};
  for (const auto& [member, value] : after) {
    all[member].member = member;
    all[member].after = value;
  }
  std::vector<MemberDifference> out;
  for (auto& [member, difference] : all) {
    if (difference.before != difference.after) out.push_back(std::move(difference));
  }
  return out;
}

std::vector<MemberDifference> compare_configs(std::string_view before, std::string_view after,
                                              bool times) {
  return compare_members(members_of(before, times), members_of(after, times));
}

}  // namespace cooper::images
