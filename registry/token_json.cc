#include "base/error.h"
#include "oci/strict_json.h"
#include "registry/token.h"

namespace cooper::registry {

Token parse_token_reply(std::string_view text, const std::string& realm) {
  const nlohmann::json document = oci::parse_strict_json(text, "token of " + realm);
  Token token;
  for (const char* name : {"token", "access_token"}) {
    if (!document.is_object() || !token.text.empty()) break;
    if (const auto member = document.find(name); member != document.end() && member->is_string()) {
      token.text = member->get<std::string>();
    }
  }
  if (token.text.empty() || token.text.find_first_of("\r\n") != std::string::npos) {
    throw base::Error(base::ErrorKind::network, "get a token from", realm,
                      "the answer holds no token");
  }
  if (const auto member = document.find("expires_in");
      member != document.end() && member->is_number_integer()) {
    const auto seconds = member->get<std::int64_t>();
    if (seconds > 0) token.lifetime = std::chrono::seconds(std::min<std::int64_t>(seconds, 86'400));
  }
  return token;
}

}  // namespace cooper::registry
