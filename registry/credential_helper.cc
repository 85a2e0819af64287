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

bool is_program_suffix(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  });
}

}  // namespace

std::optional<Credential> run_credential_helper(const std::string& suffix,
                                                const std::string& host) {
  const std::string program = "docker-credential-" + suffix;
  if (!is_program_suffix(suffix)) {
    throw base::Error(base::ErrorKind::usage, "run credential helper", program,
                      "not a program name");
  }
  base::ProcessSpec spec;
  spec.argv = {program, "get"};
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry)
    spec.env.emplace_back(*entry);
  spec.input = host;
  const base::ProcessResult result = base::run_process(spec);
  if (result.exit_status == 0) return parse_helper_answer(result.output, program);
  const std::string said = result.output + result.errors;  // helpers write their errors to either
  if (said.find(kNothingStored) != std::string::npos) return std::nullopt;
  throw base::Error(base::ErrorKind::failure, "get credentials of " + host + " from", program,
                    "it exited with " + std::to_string(result.exit_status) + ": " + result.errors)
      .with_hint("remove credHelpers or credsStore from the configuration to do without it");
}

}  // namespace cooper::registry
