#include "cli/bake_files.h"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/source.h"
#include "cli/session.h"
#include "oci/platform.h"

namespace cooper::cli {
namespace {

constexpr std::uint64_t kMaxBakeFileBytes = 4U << 20;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

bake::BakeInput read_one(const std::string& written) {
  const std::string name = written.starts_with("cwd://") ? written.substr(6) : written;
  base::FdSource source(name == "-" ? base::Fd(0).duplicate() : base::open_host(name, O_RDONLY),
                        name);
  return {base::read_all(source, kMaxBakeFileBytes, name), name};
}

bool is_there(const char* name) {
  struct stat status = {};
  return ::stat(name, &status) == 0 && !S_ISDIR(status.st_mode);
}

std::vector<std::string> names_of_environment() {
  std::vector<std::string> names;
  const std::string separator = environment("BUILDX_BAKE_PATH_SEPARATOR").value_or("");
  const std::string text = environment("BUILDX_BAKE_FILE").value_or("");
  const std::string_view cut = separator.empty() ? std::string_view(":") : separator;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(cut, at), text.size());
    std::string name = text.substr(at, end - at);
    name.erase(0, std::min(name.find_first_not_of(" \t"), name.size()));
    name.erase(name.find_last_not_of(" \t") + 1);
    if (!name.empty()) names.push_back(std::move(name));
    at = end + cut.size();
  }
  return names;
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

bake::Surroundings surroundings(const std::vector<std::string>& variables) {
  bake::Surroundings made{environment};
  made.builtins["BAKE_CMD_CONTEXT"] = "cwd://";
  made.builtins["BAKE_LOCAL_PLATFORM"] = oci::to_string(host_platform());
  made.facts.now = seconds_now();
  made.facts.home = environment("HOME").value_or("/");
  made.facts.chance = base::random_name() + base::random_name();
  if (is_there(".env")) made.dot_env = read_one(".env");
  for (const std::string& text : variables) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw base::Error(base::ErrorKind::usage, "set variable", text,
                        "it must be of the form NAME=value");
    }
    made.given[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return made;
}

}  // namespace

std::vector<std::string> default_bake_files() {
  std::vector<std::string> names = names_of_environment();
  if (!names.empty()) return names;
  for (const char* name : {"compose.yaml", "compose.yml", "docker-compose.yml",
                           "docker-compose.yaml", "docker-bake.json", "docker-bake.hcl",
                           "docker-bake.override.json", "docker-bake.override.hcl"}) {
    if (is_there(name)) names.emplace_back(name);
  }
  return names;
}

bake::BakeFile read_bake_files(std::vector<std::string> names, const std::vector<std::string>& sets,
                               const std::vector<std::string>& variables) {
  if (names.empty()) names = default_bake_files();
  if (names.empty()) {
    throw base::Error(base::ErrorKind::not_found, "read bake file", "docker-bake.hcl",
                      "not in this directory, nor docker-bake.json or a compose file")
        .with_hint("name one with -f FILE");
  }
  std::vector<bake::BakeInput> files;
  for (const std::string& name : names) files.push_back(read_one(name));
  std::vector<bake::Override> overrides;
  for (const std::string& text : sets) overrides.push_back(bake::parse_override(text));
  return bake::parse_bake_files(files, surroundings(variables), overrides);
}

}  // namespace cooper::cli
