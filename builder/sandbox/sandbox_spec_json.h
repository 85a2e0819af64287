// A SandboxSpec as JSON, for the pipe to the sandbox's own process and for steps that are kept.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "builder/sandbox/sandbox_spec.h"

namespace cooper::sandbox {

[[nodiscard]] nlohmann::json spec_to_json(const SandboxSpec& spec);
// Throws nlohmann::json::exception or base::Error(corrupt).
[[nodiscard]] SandboxSpec spec_from_json(const nlohmann::json& json);

// Any bytes as valid UTF-8 (byte N becomes the code point N), and back.
[[nodiscard]] std::string encode_bytes(std::string_view bytes);
[[nodiscard]] std::string decode_bytes(std::string_view text);
[[nodiscard]] nlohmann::json encode_list(const std::vector<std::string>& list);
[[nodiscard]] std::vector<std::string> decode_list(const nlohmann::json& json);

}  // namespace cooper::sandbox
