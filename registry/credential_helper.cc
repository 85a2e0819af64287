#include "registry/credential_helper.h"

#include <unistd.h>

#include <algorithm>

#include "base/error.h"
#include "base/process.h"
#include "registry/docker_config.h"

namespace cooper::registry {
namespace {

constexpr std::string_view kNothingStored =
    "credentials not found";  // what the helpers of docker say
constexpr std::size_t kMaxSaid = 300;

bool is_program_suffix(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

// The Docker Hub key that helpers know.
std::string server_of(const std::string& host) {
  return host == "docker.io" ? "https://index.docker.io/v1/" : host;
}

// Everything but what is a secret of ours.
std::vector<std::string> environment_of_helper() {
  std::vector<std::string> out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("COOPER_REGISTRY_PASSWORD=") || text.starts_with("DOCKER_AUTH_CONFIG="))
      continue;
    out.emplace_back(text);
  }
  return out;
}

base::ProcessResult run(const std::string& suffix, const std::string& verb, std::string input) {
  const std::string program = "docker-credential-" + suffix;
  if (!is_program_suffix(suffix)) {
    throw base::Error(base::ErrorKind::usage, "run credential helper", program,
                      "not a program name");
  }
  base::ProcessSpec spec;
  spec.argv = {program, verb};
  spec.env = environment_of_helper();
  spec.input = std::move(input);
  return base::run_process(spec);
}

// Helpers write their errors to either output.
bool has_nothing(const base::ProcessResult& result) {
  return (result.output + result.errors).find(kNothingStored) != std::string::npos;
}

// Only what it wrote to its error output is shown, and never `secret`.
base::Error failure(const std::string& doing, const std::string& suffix,
                    const base::ProcessResult& result, const std::string& secret = "") {
  std::string said = result.errors;
  for (std::size_t at = 0; !secret.empty() && (at = said.find(secret, at)) != std::string::npos;)
    said.replace(at, secret.size(), "***");
  if (said.size() > kMaxSaid) said.resize(kMaxSaid);
  base::Error error(base::ErrorKind::failure, doing, "docker-credential-" + suffix,
                    "it exited with " + std::to_string(result.exit_status) + ": " + said);
  return error.with_hint(
      "remove credHelpers or credsStore from the configuration to do without it");
}

}  // namespace

std::optional<Credential> run_credential_helper(const std::string& suffix,
                                                const std::string& host) {
  const base::ProcessResult result = run(suffix, "get", server_of(host));
  if (result.exit_status == 0)
    return parse_helper_answer(result.output, "docker-credential-" + suffix);
  if (has_nothing(result)) return std::nullopt;
  throw failure("get credentials of " + host + " from", suffix, result);
}

void store_with_helper(const std::string& suffix, const std::string& host,
                       const Credential& credential) {
  const base::ProcessResult result =
      run(suffix, "store", helper_document(server_of(host), credential));
  if (result.exit_status != 0)
    throw failure("keep credentials of " + host + " with", suffix, result, credential.password);
}

bool erase_with_helper(const std::string& suffix, const std::string& host) {
  const bool known = run_credential_helper(suffix, host).has_value();
  if (!known) return false;
  const base::ProcessResult result = run(suffix, "erase", server_of(host));
  if (result.exit_status != 0 && !has_nothing(result))
    throw failure("erase credentials of " + host + " with", suffix, result);
  return true;
}

}  // namespace cooper::registry
