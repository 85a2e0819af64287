// cooper bake
#include <sys/stat.h>

#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "builder/bake/bake_file.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_build.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::uint64_t kMaxBakeFileBytes = 4U << 20;

struct Arguments {
  BuildOptions shared;
  std::vector<std::string> files, targets, sets;
  bool print = false;
};

std::vector<bake::BakeInput> read_files(std::vector<std::string> names) {
  if (names.empty()) {
    struct stat status = {};
    for (const char* name : {"docker-bake.json", "docker-bake.override.json"}) {
      if (::stat(name, &status) == 0) names.emplace_back(name);
    }
    if (names.empty()) {
      throw Error(ErrorKind::not_found, "read bake file", "docker-bake.json", "not in this directory")
          .with_hint("name one with -f FILE");
    }
  }
  std::vector<bake::BakeInput> files;
  for (const std::string& name : names) {
    base::FdSource source(name == "-" ? base::Fd(0).duplicate() : base::open_host(name, O_RDONLY), name);
    files.push_back({base::read_all(source, kMaxBakeFileBytes, name), name});
  }
  return files;
}

bake::BakeFile read_bake_file(const Arguments& arguments) {
  std::vector<bake::Override> overrides;
  for (const std::string& text : arguments.sets) overrides.push_back(bake::parse_override(text));
  const auto environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return value;
  };
  return bake::parse_bake_files(read_files(arguments.files), environment, overrides);
}

[[noreturn]] void refuse(const bake::Target& target, const char* member) {
  throw Error(ErrorKind::unsupported, "build target", target.name, std::string("'") + member + "' is not supported yet");
}

void require_supported(const bake::Target& target) {
  if (!target.ssh.empty()) refuse(target, "ssh");
  if (!target.cache_from.empty()) refuse(target, "cache-from");
  if (!target.cache_to.empty()) refuse(target, "cache-to");
}

BuildTarget make_target(const bake::Target& target, const BuildOptions& options, BuildRequest& request) {
  require_supported(target);
  BuildTarget made;
  made.name = target.name;
  made.context = target.context;
  made.dockerfile = target.dockerfile;
  made.dockerfile_in_context = true;
  made.dockerfile_text = target.dockerfile_inline;
  made.contexts = target.contexts;
  made.labels = target.labels;
  made.annotations = read_pairs(target.annotations, "annotations");
  made.stage = target.target.value_or("");
  made.platforms = target.platforms;
  made.no_cache = options.no_cache || target.no_cache.value_or(false);
  made.no_cache_stages.insert(target.no_cache_filter.begin(), target.no_cache_filter.end());
  for (const auto& [name, value] : target.args) {
    const char* fallback = value ? nullptr : std::getenv(name.c_str());
    if (value || fallback != nullptr) made.build_args[name] = value ? *value : fallback;
  }
  for (const std::string& tag : target.tags) made.tags.push_back(oci::to_string(oci::parse_reference(tag)));
  made.outputs = destinations(options);
  if (made.outputs.empty()) {
    for (const std::string& text : target.outputs) made.outputs.push_back(export_::parse_destination(text));
  }
  for (const std::string& text : target.secrets) read_secret(text, request.secrets);
  for (const std::string& right : options.allow) {
    (right == "network.host" ? made.allow_host_network : made.allow_insecure) = true;
  }
  return made;
}

void bake_images(const Arguments& arguments, const Globals& globals) {
  const bake::BakeFile file = read_bake_file(arguments);
  if (arguments.print) {
    std::cout << bake::print_json(file, arguments.targets) << "\n" << std::flush;
    return;
  }
  BuildRequest request = make_request(arguments.shared);
  for (const bake::Target& target : bake::select_targets(file, arguments.targets)) {
    request.targets.push_back(make_target(target, arguments.shared, request));
  }
  const BuildReport report = run_build(request, arguments.shared, globals);
  if (!arguments.shared.metadata_file.empty()) {
    write_host_file(arguments.shared.metadata_file, metadata_json(report, true));
  }
  for (const BuiltImage& image : report.images) {
    std::cout << image.name << " " << image.manifest.digest.to_string() << "\n";
  }
  std::cout << std::flush;
}

}  // namespace

void add_bake_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("bake", "build the targets of a bake file in one graph");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("targets", arguments->targets, "targets or groups (default: the group 'default')");
  command->add_option("-f,--file", arguments->files, "bake file (default: docker-bake.json)")->allow_extra_args(false);
  command->add_option("--set", arguments->sets, "TARGET.KEY=VALUE")->allow_extra_args(false);
  command->add_flag("--print", arguments->print, "print the targets as JSON and build nothing");
  add_build_options(*command, arguments->shared);
  command->footer(
      "Examples:\n"
      "  cooper bake\n"
      "  VERSION=v1.2.3 cooper bake -f stages/docker-bake.json --push app horizon\n"
      "  cooper bake --print --set '*.platform=linux/arm64'");
  command->callback([arguments, &globals, &exit_code] {
    bake_images(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
