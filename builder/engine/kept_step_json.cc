// {"version": 1, label, file, line, failure, spec, layers, secrets: [{id, target, env, mode, uid,
// gid}], agent}
#include <nlohmann/json.hpp>

#include "base/error.h"
#include "builder/engine/kept_step.h"
#include "builder/sandbox/sandbox_spec_json.h"

namespace cooper::engine {
namespace {

using Json = nlohmann::json;
using sandbox::decode_bytes;
using sandbox::encode_bytes;

constexpr int kVersion = 1;

Json secret_to_json(const KeptSecret& secret) {
  Json json = {{"id", encode_bytes(secret.id)},
               {"target", encode_bytes(secret.target)},
               {"mode", secret.mode},
               {"uid", secret.uid},
               {"gid", secret.gid}};
  if (secret.env) json["env"] = encode_bytes(*secret.env);
  return json;
}

std::string text_of(const Json& json, const char* key) {
  return decode_bytes(json.at(key).get_ref<const std::string&>());
}

KeptSecret secret_from_json(const Json& json) {
  KeptSecret secret;
  secret.id = text_of(json, "id");
  secret.target = text_of(json, "target");
  if (json.contains("env")) secret.env = text_of(json, "env");
  secret.mode = json.at("mode").get<std::uint32_t>();
  secret.uid = json.at("uid").get<std::uint32_t>();
  secret.gid = json.at("gid").get<std::uint32_t>();
  return secret;
}

}  // namespace

std::string to_json(const KeptStep& step) {
  Json layers = Json::array(), secrets = Json::array();
  for (const oci::DiffId& layer : step.layers) layers.push_back(layer.to_string());
  for (const KeptSecret& secret : step.secrets) secrets.push_back(secret_to_json(secret));
  const Json json = {{"version", kVersion},
                     {"label", encode_bytes(step.label)},
                     {"file", encode_bytes(step.file)},
                     {"line", step.line},
                     {"failure", encode_bytes(step.failure)},
                     {"spec", sandbox::spec_to_json(step.spec)},
                     {"layers", std::move(layers)},
                     {"secrets", std::move(secrets)},
                     {"agent", step.had_agent}};
  return json.dump();
}

KeptStep parse_kept_step(const std::string& text) {
  try {
    const Json json = Json::parse(text);
    if (json.at("version").get<int>() != kVersion)
      throw base::Error(base::ErrorKind::corrupt, "read", "kept step", "its version is not known");
    KeptStep step;
    step.label = text_of(json, "label");
    step.file = text_of(json, "file");
    step.line = json.at("line").get<int>();
    step.failure = text_of(json, "failure");
    step.spec = sandbox::spec_from_json(json.at("spec"));
    for (const Json& layer : json.at("layers"))
      step.layers.push_back(oci::DiffId::parse(layer.get_ref<const std::string&>()));
    for (const Json& secret : json.at("secrets")) step.secrets.push_back(secret_from_json(secret));
    step.had_agent = json.at("agent").get<bool>();
    return step;
  } catch (const Json::exception& error) {
    throw base::Error(base::ErrorKind::corrupt, "read", "kept step", error.what());
  }
}

}  // namespace cooper::engine
