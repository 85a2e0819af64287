// cooper bake
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/error.h"
#include "builder/bake/context_path.h"
#include "builder/context/git_checkout.h"
#include "cli/bake_files.h"
#include "cli/bake_request.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_build.h"
#include "cli/run_settings.h"
#include "cli/ssh_agents.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  BuildOptions shared;
  std::vector<std::string> targets, files, sets, variables;
  bool print = false;
  std::string list;
};

[[noreturn]] void refuse(const bake::Target& target, const char* key, std::string hint = {}) {
  Error error(ErrorKind::unsupported, "build target", target.name,
              std::string("'") + key + "' is not supported");
  const auto written = target.written.find(key);
  if (written != target.written.end()) error.with_spot(written->second);
  if (!hint.empty()) error.with_hint(std::move(hint));
  throw error;
}

// What a file may say, and --print shows, but no build does.
void require_supported(const bake::Target& target, const BuildOptions& options) {
  for (const bake::UnknownKey& unknown : target.unknown) {
    Error error(ErrorKind::usage, "build target", target.name, "unknown key '" + unknown.key + "'");
    throw error.with_spot(unknown.where).with_hint(unknown.hint);
  }
  if (target.resources) refuse(target, "resources");
  if (!target.policies.empty()) refuse(target, "policy");
  const bool asked = options.check || !options.call.empty();  // for all targets
  if (!asked && target.call.value_or("build") != "build")
    refuse(target, "call", "cooper bake --call=" + *target.call + " does it for all targets");
  for (const std::string& attest : target.attests) {
    if (attest.find(",disabled=true") == std::string::npos) refuse(target, "attest");
  }
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

// What the target says, which goes before what options say of all.
void add_run_settings(const bake::Target& target, const BuildOptions& options, BuildTarget& made) {
  for (const auto& [name, address] : target.extra_hosts)
    made.run_settings.extra_hosts.push_back(read_extra_host(name + "=" + address));
  set_run_options(options, made);
  if (options.shm_size.empty() && target.shm_size)
    made.run_settings.shm_size = read_shm_size(*target.shm_size);
  if (options.ulimits.empty()) {
    for (const std::string& text : target.ulimits)
      made.run_settings.ulimits.push_back(read_ulimit(text));
  }
  if (options.network.empty() && target.network)
    made.network = read_network(*target.network, "the network of target '" + target.name + "'");
  const auto require = [&](const std::string& right, bool allowed) {
    if (allowed) return;
    throw Error(ErrorKind::unsupported, "build target", target.name,
                "it asks for " + right + ", which the build does not allow")
        .with_hint("allow it with --allow " + right);
  };
  if (made.network == dockerfile::Network::host) require("network.host", made.allow_host_network);
  for (const std::string& right : target.entitlements) {
    BuildTarget known;
    allow(right, known);
    if (known.allow_host_network) require(right, made.allow_host_network);
    if (known.allow_insecure) require(right, made.allow_insecure);
  }
}

BuildTarget make_target(const bake::Target& target, const BuildOptions& options,
                        BuildRequest& request) {
  require_supported(target, options);
  BuildTarget made;
  made.name = target.name;
  made.context = bake::local_path(target.context);
  made.dockerfile = target.dockerfile;
  made.dockerfile_in_context = true;
  made.dockerfile_text = target.dockerfile_inline;
  for (const auto& [name, place] : target.contexts)
    made.contexts[name] = place.starts_with("cwd://") ? bake::local_path(place) : place;
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
  for (const std::string& text : target.cache_from)
    made.cache_from.push_back(share::parse_cache_from(text));
  for (const std::string& text : target.cache_to)
    made.cache_to.push_back(share::parse_cache_to(text));
  add_caches(options, made);
  for (const std::string& text : target.secrets) read_secret(text, request.secrets);
  for (const std::string& text : target.ssh) read_ssh(text, request.ssh);
  add_run_settings(target, options, made);
  return made;
}

// "targets", "variables", or "type=targets,format=json".
void print_list(const bake::BakeFile& file, const std::string& asked) {
  std::string type = asked, format = "table";
  if (asked.starts_with("type=") || asked.starts_with("format=")) {
    const std::size_t comma = asked.find(',');
    for (const std::string& field :
         {asked.substr(0, comma), comma == std::string::npos ? "" : asked.substr(comma + 1)}) {
      if (field.starts_with("type=")) type = field.substr(5);
      if (field.starts_with("format=")) format = field.substr(7);
    }
  }
  const bool known = format == "table" || format == "json";
  if (!known || (type != "targets" && type != "variables")) {
    throw Error(ErrorKind::usage, "list", asked, "it must be targets or variables")
        .with_hint("write --list=targets or --list=type=variables,format=json");
  }
  const bool json = format == "json";
  std::cout << (type == "targets" ? bake::list_targets(file, json)
                                  : bake::list_variables(file, json))
            << std::flush;
}

// As buildx: an argument SOURCE_DATE_EPOCH of the environment is shown.
void add_epoch(bake::BakeFile& file) {
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr || *epoch == '\0') return;
  for (auto& entry : file.targets) entry.second.args.try_emplace("SOURCE_DATE_EPOCH", epoch);
}

// --print shows what options say about all targets.
std::vector<std::string> all_sets(const Arguments& arguments) {
  std::vector<std::string> sets = arguments.sets;
  if (!arguments.print) return sets;
  if (arguments.shared.push) sets.emplace_back("*.push=true");
  if (arguments.shared.load) sets.emplace_back("*.load=true");
  const std::string& call = arguments.shared.call;
  if (!call.empty()) sets.emplace_back("*.call=" + call.substr(0, call.find(',')));
  if (arguments.shared.check) sets.emplace_back("*.call=check");
  if (arguments.shared.no_cache) sets.emplace_back("*.no-cache=true");
  if (arguments.shared.pull) sets.emplace_back("*.pull=true");
  return sets;
}

// buildx takes an address in the place of the first target for where the bake file is.
void refuse_remote(const std::vector<std::string>& targets) {
  for (const std::string& target : targets) {
    if (target.find("://") == std::string::npos && !target.starts_with("git@")) continue;
    throw Error(ErrorKind::unsupported, "bake", context::without_password(target),
                "bake files are read from this machine, not from an address")
        .with_hint("clone it and run cooper bake there");
  }
}

void bake_images(const Arguments& arguments, const Globals& globals, int& exit_code) {
  refuse_remote(arguments.targets);
  for (const std::string& file : arguments.files) {
    if (!file.starts_with("cwd://")) refuse_remote({file});
  }
  bake::BakeFile file = read_bake_files(arguments.files, all_sets(arguments), arguments.variables);
  if (!arguments.list.empty()) return print_list(file, arguments.list);
  if (arguments.print) {
    add_epoch(file);
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
  const std::vector<bake::Target> all =
      bake::with_linked_targets(file, bake::select_targets(file, targets));
  for (const bake::Target& target : all) {
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
  add_list(*command, "-f,--file", arguments->files,
           "bake file (default: docker-bake.hcl, docker-bake.json and compose files)");
  add_list(*command, "--set", arguments->sets, "TARGET.KEY=VALUE");
  add_list(*command, "--var", arguments->variables, "NAME=VALUE of a variable of the file");
  command->add_flag("--print", arguments->print, "print the targets as JSON and build nothing");
  command
      ->add_option("--list", arguments->list,
                   "print targets or variables (type=targets,format=json) and build nothing")
      ->excludes("--print");
  add_build_options(*command, arguments->shared);
  command->footer(
      "Examples:\n"
      "  cooper bake\n"
      "  VERSION=v1.2.3 cooper bake -f stages/docker-bake.json --push app horizon\n"
      "  cooper bake -f docker-bake.hcl --var VERSION=v1.2.3 --list=variables\n"
      "  cooper bake --print --set '*.platform=linux/arm64'");
  command->callback(
      [arguments, &globals, &exit_code] { bake_images(*arguments, globals, exit_code); });
}

}  // namespace cooper::cli
