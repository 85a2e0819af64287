// The image configuration: what a container runs and how the image came to be (OCI image
// specification, "config", with Docker's extensions Healthcheck, OnBuild, Shell, ArgsEscaped).
// Fields unknown to cooper are kept verbatim.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/digest.h"
#include "oci/platform.h"

namespace cooper::oci {

// Docker's HEALTHCHECK. Durations are nanoseconds, 0 means inherit or default.
struct Healthcheck {
  std::vector<std::string> test;  // {"NONE"}, {"CMD", ...} or {"CMD-SHELL", text}
  std::int64_t interval = 0;
  std::int64_t timeout = 0;
  std::int64_t start_period = 0;
  std::int64_t start_interval = 0;
  std::int64_t retries = 0;
  bool operator==(const Healthcheck&) const = default;
};

// The "config" object. Env is an ordered list of NAME=value with unique names, as the format has
// it.
struct RunConfig {
  std::string user;
  std::set<std::string> exposed_ports;
  std::vector<std::string> env;
  std::optional<std::vector<std::string>> entrypoint;  // nullopt is JSON null, [] or absent
  std::optional<std::vector<std::string>> cmd;
  std::set<std::string> volumes;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  std::optional<Healthcheck> healthcheck;
  std::vector<std::string> on_build;
  std::vector<std::string> shell;
  bool args_escaped = false;
  bool operator==(const RunConfig&) const = default;
};

struct History {
  std::string created;  // RFC 3339, empty if unknown
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;
  bool operator==(const History&) const = default;
};

struct ImageConfig {
  Platform platform;
  std::string created;  // RFC 3339, empty if unknown
  std::string author;
  RunConfig config;
  std::vector<DiffId> diff_ids;
  std::vector<History> history;
  std::string extra_json = "{}";         // unknown top-level members, an object's text
  std::string extra_config_json = "{}";  // unknown members of "config"
  bool operator==(const ImageConfig&) const = default;
};

// Throws base::Error(corrupt) naming the member. Accepts what registries hold: null members, Env
// entries without "=".
[[nodiscard]] ImageConfig parse_image_config(std::string_view json);
// Deterministic bytes: same value, same text. Empty members are left out, "architecture", "os",
// "rootfs" never.
[[nodiscard]] std::string to_json(const ImageConfig& config);

// Value of NAME in an Env list.
[[nodiscard]] std::optional<std::string> env_value(const std::vector<std::string>& env,
                                                   std::string_view name);
// Replaces NAME in place or appends it.
void set_env(std::vector<std::string>& env, std::string_view name, std::string_view value);

}  // namespace cooper::oci
