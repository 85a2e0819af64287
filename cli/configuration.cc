#include "cli/configuration.h"

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/file_at.h"
#include "base/limits.h"
#include "base/source.h"
#include "builder/upkeep/input_limits.h"

namespace cooper::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 1U << 20;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Empty when there is none.
std::string read_file() {
  const std::string path = configuration_path();
  const bool named = !variable("COOPER_CONFIG").empty();
  if (path.empty() || (!named && !std::filesystem::exists(path))) return {};
  base::FdSource source(base::open_host(path, O_RDONLY), path);
  return base::read_all(source, kMaxBytes, path);
}

void set(const std::string& name, const std::string& number) {
  const auto value = upkeep::parse_size(number, "the limit " + name);
  if (!value)
    throw base::Error(base::ErrorKind::usage, "set limit", name, "there is no 'unlimited'");
  base::set_limit(name, *value);
}

}  // namespace

void add_limit_options(CLI::App& command, LimitOptions& options) {
  command.add_option("--max-size", options.max_size,
                     "limit of the store on the disk: 20GB, 500MiB, unlimited");
  command.add_option("--min-free", options.min_free, "what its file system must have left");
  command.add_option("--keep-days", options.keep_days,
                     "what was not used for so many days goes; 0: no limit");
}

std::string configuration_path() {
  if (const std::string path = variable("COOPER_CONFIG"); !path.empty()) return path;
  if (const std::string base = variable("XDG_CONFIG_HOME"); !base.empty())
    return base + "/cooper/config.json";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.config/cooper/config.json";
}

upkeep::Limits read_limits(const LimitOptions& options) {
  const std::string text = read_file();
  upkeep::Limits limits =
      text.empty() ? upkeep::default_limits() : upkeep::parse_limits(text, configuration_path());
  if (!options.max_size.empty())
    limits.max_size = upkeep::parse_size(options.max_size, "--max-size");
  if (!options.min_free.empty())
    limits.min_free = upkeep::parse_size(options.min_free, "--min-free");
  if (options.keep_days >= 0) {
    limits.keep_seconds.reset();
    if (options.keep_days > 0) limits.keep_seconds = std::int64_t{options.keep_days} * 86'400;
  }
  return limits;
}

void apply_limits(const std::vector<std::string>& options) {
  if (const std::string text = read_file(); !text.empty()) {
    for (const auto& [name, number] : upkeep::parse_input_limits(text, configuration_path()))
      set(name, number);
  }
  for (const std::string& option : options) {
    const std::size_t equals = option.find('=');
    if (equals == std::string::npos)
      throw base::Error(base::ErrorKind::usage, "use --limit", option, "it is not NAME=NUMBER");
    set(option.substr(0, equals), option.substr(equals + 1));
  }
}

}  // namespace cooper::cli
