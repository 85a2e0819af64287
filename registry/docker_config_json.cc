#include <algorithm>

#include "base/base64.h"
#include "base/error.h"
#include "oci/strict_json.h"
#include "registry/docker_config.h"

namespace cooper::registry {
namespace {

using nlohmann::json;

[[noreturn]] void refuse(const std::string& file, const std::string& cause) {
  throw base::Error(base::ErrorKind::corrupt, "read credentials", file, cause);
}

std::string text_member(const json& object, const char* name, const std::string& file) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return {};
  if (!member->is_string()) refuse(file, std::string("member '") + name + "' is no string");
  return member->get<std::string>();
}

const json* object_member(const json& object, const char* name, const std::string& file) {
  const auto member = object.find(name);
  if (member == object.end() || member->is_null()) return nullptr;
  if (!member->is_object()) refuse(file, std::string("member '") + name + "' is no object");
  return &*member;
}

Credential parse_auth(const json& entry, const std::string& key, const std::string& file) {
  if (!entry.is_object()) refuse(file, "the entry of '" + key + "' is no object");
  Credential out;
  out.origin = file;
  out.username = text_member(entry, "username", file);
  out.password = text_member(entry, "password", file);
  out.identity_token = text_member(entry, "identitytoken", file);
  if (const std::string auth = text_member(entry, "auth", file); !auth.empty()) {
    const std::optional<std::string> pair = base::try_decode_base64(auth);
    const std::size_t colon = pair ? pair->find(':') : std::string::npos;
    if (colon == std::string::npos)
      refuse(file, "'auth' of '" + key + "' is not base64 of user:password");
    out.username = pair->substr(0, colon);
    out.password = pair->substr(colon + 1);
    while (!out.password.empty() && out.password.back() == '\0') out.password.pop_back();
  }
  return out;
}

// strict_json quotes nothing of the text but the place, so no secret gets into its message.
json parse_object(std::string_view text, const std::string& what) {
  json document = oci::parse_strict_json(text, what);
  if (!document.is_object()) refuse(what, "not a JSON object");
  return document;
}

}  // namespace

DockerConfig parse_docker_config(std::string_view text, const std::string& file) {
  const json document = parse_object(text, file);
  DockerConfig config;
  if (const json* auths = object_member(document, "auths", file)) {
    for (const auto& [key, entry] : auths->items()) {
      Credential credential = parse_auth(entry, key, file);
      const bool empty = credential.username.empty() && credential.identity_token.empty();
      if (!empty)
        config.auths.insert_or_assign(normalized_registry_key(key), std::move(credential));
    }
  }
  if (const json* helpers = object_member(document, "credHelpers", file)) {
    for (const auto& [key, suffix] : helpers->items()) {
      if (!suffix.is_string()) refuse(file, "the helper of '" + key + "' is no string");
      config.helpers.insert_or_assign(normalized_registry_key(key), suffix.get<std::string>());
    }
  }
  config.default_helper = text_member(document, "credsStore", file);
  return config;
}

Credential parse_helper_answer(std::string_view text, const std::string& program) {
  const json document = parse_object(text, program);
  Credential out;
  out.origin = program;
  out.username = text_member(document, "Username", program);
  const std::string secret = text_member(document, "Secret", program);
  if (out.username == "<token>") {
    out.username.clear();
    out.identity_token = secret;
  } else {
    out.password = secret;
  }
  for (const std::string& part : {out.username, secret}) {
    if (std::ranges::any_of(part, [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
      refuse(program, "there are control characters in its answer");
  }
  return out;
}

std::string helper_document(const std::string& server, const Credential& credential) {
  return json{
      {"ServerURL", server}, {"Username", credential.username}, {"Secret", credential.password}}
      .dump();
}

}  // namespace cooper::registry
