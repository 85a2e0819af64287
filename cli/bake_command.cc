// cooper bake
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/bake_files.h"
#include "cli/bake_request.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_build.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  BuildOptions shared;
  std::vector<std::string> targets, files, sets;
  bool print = false;
  bool list = false;
};

[[noreturn]] void refuse(const bake::Target& target, const char* member) {
  throw Error(ErrorKind::unsupported, "build target", target.name,
              std::string("'") + member + "' is not supported yet");
}

void require_supported(const bake::Target& target) {
  if (!target.ssh.empty()) refuse(target, "ssh");
  if (!target.cache_from.empty()) refuse(target, "cache-from");
  if (!target.cache_to.empty()) refuse(target, "cache-to");
  require_network(target.network.value_or(""), "the network of target '" + target.name + "'");
}

// Where the image goes. A target that is built for another one's sake goes nowhere.
void add_destinations(const bake::Target& target, const BuildOptions& options, BuildTarget& made) {
  if (target.linked) return;
  for (const std::string& tag : target.tags)
    made.tags.push_back(oci::to_string(oci::parse_reference(tag)));
  made.outputs = destinations(options);
  if (!made.outputs.empty()) return;
  for (const std::string& text : target.outputs)
    made.outputs.push_back(export_::parse_destination(text));
}

BuildTarget make_target(const bake::Target& target, const BuildOptions& options,
                        BuildRequest& request) {
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
  add_destinations(target, options, made);
  for (const std::string& text : target.secrets) read_secret(text, request.secrets);
  for (const std::string& right : options.allow) {
    (right == "network.host" ? made.allow_host_network : made.allow_insecure) = true;
  }
  return made;
}

void print_list(const bake::BakeFile& file) {
  for (const auto& [name, group] : file.groups) {
    std::cout << "group   " << base::printable(name) << ":";
    for (const std::string& target : group.targets) std::cout << " " << base::printable(target);
    std::cout << "\n";
  }
  for (const auto& [name, target] : file.targets) {
    std::cout << "target  " << base::printable(name);
    if (!target.description.empty()) std::cout << ": " << base::printable(target.description);
    std::cout << "\n";
  }
  std::cout << std::flush;
}

void bake_images(const Arguments& arguments, const Globals& globals, int& exit_code) {
  const bake::BakeFile file = read_bake_files(arguments.files, arguments.sets);
  if (arguments.list) return print_list(file);
  if (arguments.print) {
    std::cout << bake::print_json(file, arguments.targets) << "\n" << std::flush;
    return;
  }
  const BakeRequest made = make_bake_request(file, arguments.targets, arguments.shared);
  const Call call = call_of(arguments.shared);
  if (call.method != Call::Method::build) {
    return run_call(call, made.request, globals, exit_code, made.silent,
                    bake::print_json(file, arguments.targets));
  }
  const BuildReport report = run_build(made.request, arguments.shared, globals, made.silent);
  if (!arguments.shared.metadata_file.empty()) {
    write_host_file(arguments.shared.metadata_file, metadata_json(report, true));
  }
  for (const BuiltImage& image : report.images) {
    std::cout << image.name << " " << image.manifest.digest.to_string() << "\n";
  }
  std::cout << std::flush;
}

}  // namespace

BakeRequest make_bake_request(const bake::BakeFile& file, const std::vector<std::string>& targets,
                              const BuildOptions& options) {
  BakeRequest made{make_request(options), {}};
  for (const bake::Target& target :
       bake::with_linked_targets(file, bake::select_targets(file, targets))) {
    if (target.linked) made.silent.insert(target.name);
    made.request.targets.push_back(make_target(target, options, made.request));
  }
  pass_epoch(made.request);
  return made;
}

void add_bake_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("bake", "build the targets of a bake file in one graph");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("targets", arguments->targets,
                      "targets or groups (default: the group 'default')");
  add_list(*command, "-f,--file", arguments->files, "bake file (default: docker-bake.json)");
  add_list(*command, "--set", arguments->sets, "TARGET.KEY=VALUE");
  command->add_flag("--print", arguments->print, "print the targets as JSON and build nothing");
  command->add_flag("--list", arguments->list,
                    "print the names of groups and targets and build nothing");
  add_build_options(*command, arguments->shared);
  command->footer(
      "Examples:\n"
      "  cooper bake\n"
      "  VERSION=v1.2.3 cooper bake -f stages/docker-bake.json --push app horizon\n"
      "  cooper bake --print --set '*.platform=linux/arm64'");
  command->callback(
      [arguments, &globals, &exit_code] { bake_images(*arguments, globals, exit_code); });
}

}  // namespace cooper::cli
