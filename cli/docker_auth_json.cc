#include "base/base64.h"
#include "base/error.h"
#include "cli/docker_auth.h"
#include "oci/strict_json.h"
#include "registry/docker_config.h"

namespace cooper::cli {
namespace {

using nlohmann::json;

json parse(const std::optional<std::string>& text, const std::string& file) {
  if (!text || text->find_first_not_of(" \t\r\n") == std::string::npos) return json::object();
  json document = oci::parse_strict_json(*text, file);
  if (!document.is_object() || (document.contains("auths") && !document["auths"].is_object())) {
    throw base::Error(base::ErrorKind::corrupt, "read credentials", file,
                      "not a Docker configuration");
  }
  return document;
}

bool erase(json& auths, const std::string& host) {
  bool erased = false;
  for (auto entry = auths.begin(); entry != auths.end();) {
    const bool same = registry::normalized_registry_key(entry.key()) == host;
    entry = same ? auths.erase(entry) : std::next(entry);
    erased = erased || same;
  }
  return erased;
}

}  // namespace

std::string with_docker_auth(const std::optional<std::string>& old, const std::string& file,
                             const std::string& host, const std::optional<DockerAuth>& auth) {
  json document = parse(old, file);
  json& auths = document["auths"];
  if (auths.is_null()) auths = json::object();
  erase(auths, host);
  if (auth) {
    const std::string key = host == "docker.io" ? "https://index.docker.io/v1/" : host;
    auths[key] = {{"auth", base::encode_base64(auth->username + ":" + auth->password)}};
  }
  return document.dump(1, '\t') + "\n";
}

bool has_docker_auth(const std::optional<std::string>& text, const std::string& file,
                     const std::string& host) {
  json document = parse(text, file);
  return document.contains("auths") && erase(document["auths"], host);
}

}  // namespace cooper::cli
