#include "cli/bake_files.h"

#include <sys/stat.h>

#include <cstdlib>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"

namespace cooper::cli {
namespace {

constexpr std::uint64_t kMaxBakeFileBytes = 4U << 20;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

bake::BakeInput read_one(const std::string& name) {
  base::FdSource source(name == "-" ? base::Fd(0).duplicate() : base::open_host(name, O_RDONLY),
                        name);
  return {base::read_all(source, kMaxBakeFileBytes, name), name};
}

}  // namespace

std::vector<std::string> default_bake_files() {
  std::vector<std::string> names;
  struct stat status = {};
  for (const char* name : {"docker-bake.json", "docker-bake.override.json"}) {
    if (::stat(name, &status) == 0) names.emplace_back(name);
  }
  return names;
}

bake::BakeFile read_bake_files(std::vector<std::string> names,
                               const std::vector<std::string>& sets) {
  if (names.empty()) names = default_bake_files();
  if (names.empty()) {
    throw base::Error(base::ErrorKind::not_found, "read bake file", "docker-bake.json",
                      "not in this directory")
        .with_hint("name one with -f FILE");
  }
  std::vector<bake::BakeInput> files;
  for (const std::string& name : names) files.push_back(read_one(name));
  std::vector<bake::Override> overrides;
  for (const std::string& text : sets) overrides.push_back(bake::parse_override(text));
  return bake::parse_bake_files(files, environment, overrides);
}

}  // namespace cooper::cli
