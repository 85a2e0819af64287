#include "cli/configuration.h"

#include <cstdlib>
#include <filesystem>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"

namespace cooper::cli {
namespace {

constexpr std::uint64_t kMaxBytes = 1U << 20;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

upkeep::Limits read_file() {
  const std::string path = configuration_path();
  const bool named = !variable("COOPER_CONFIG").empty();
  if (path.empty() || (!named && !std::filesystem::exists(path))) return upkeep::default_limits();
  base::FdSource source(base::open_host(path, O_RDONLY), path);
  return upkeep::parse_limits(base::read_all(source, kMaxBytes, path), path);
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
  upkeep::Limits limits = read_file();
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

}  // namespace cooper::cli
