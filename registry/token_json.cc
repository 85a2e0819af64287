#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "oci/strict_json.h"
#include "registry/token.h"

namespace cooper::registry {
namespace {

constexpr std::int64_t kLongestLife = 86'400;

std::optional<std::int64_t> seconds_member(const nlohmann::json& object, const char* name) {
  const auto member = object.find(name);
  if (member == object.end() || !member->is_number_integer()) return std::nullopt;
  return member->get<std::int64_t>();
}

// How long a JSON Web Token (RFC 7519) lives by its own dates, no clock of ours being asked. Gitea
// says it nowhere else.
std::optional<std::chrono::seconds> life_of_web_token(std::string_view text) {
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  std::string claims(text.substr(first + 1, second - first - 1));
  std::ranges::replace(claims, '-', '+');
  std::ranges::replace(claims, '_', '/');
  const std::optional<std::string> decoded = base::try_decode_base64(claims);
  if (!decoded) return std::nullopt;
  try {
    const nlohmann::json document = oci::parse_strict_json(*decoded, "token");
    if (!document.is_object()) return std::nullopt;
    const auto end = seconds_member(document, "exp");
    auto begin = seconds_member(document, "iat");
    if (!begin) begin = seconds_member(document, "nbf");
    if (!begin || !end || *begin < 0 || *end <= *begin) return std::nullopt;
    return std::chrono::seconds(std::min(*end - *begin, kLongestLife));
  } catch (const base::Error&) {
    return std::nullopt;  // no claims that we can read: it is used until it is refused
  }
}

}  // namespace

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
    if (seconds > 0) token.lifetime = std::chrono::seconds(std::min(seconds, kLongestLife));
  }
  if (!token.lifetime) token.lifetime = life_of_web_token(token.text);
  return token;
}

}  // namespace cooper::registry
