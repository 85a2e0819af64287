// cooper build
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/source.h"
#include "base/within_limit.h"
#include "cli/build_command.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_build.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

std::string read_stdin() {
  base::FdSource source(base::Fd(0).duplicate(), "standard input");
  return base::within(base::Limit::dockerfile_bytes, [&](std::uint64_t most) {
    return base::read_all(source, most, "standard input");
  });
}

// A label without a value has an empty one.
std::vector<std::string> with_values(std::vector<std::string> labels) {
  for (std::string& label : labels) {
    if (label.find('=') == std::string::npos) label += '=';
  }
  return labels;
}

BuildTarget make_target(const BuildArguments& arguments) {
  BuildTarget target;
  target.context = arguments.context;
  target.dockerfile = arguments.file;
  if (arguments.file == "-" && arguments.context == "-") {
    throw base::Error(base::ErrorKind::usage, "read", "standard input",
                      "it cannot be both the Dockerfile and the context");
  }
  if (arguments.file == "-") {
    target.dockerfile_text = read_stdin();
    target.dockerfile = "Dockerfile (stdin)";
  }
  target.stage = arguments.target;
  target.build_args = read_build_args(arguments.build_args);
  target.labels = read_pairs(with_values(arguments.labels), "--label");
  target.annotations = read_pairs(arguments.annotations, "--annotation");
  target.contexts = read_pairs(arguments.contexts, "--build-context");
  for (const std::string& tag : arguments.tags)
    target.tags.push_back(oci::to_string(oci::parse_reference(tag)));
  target.platforms = arguments.platforms;
  target.outputs = destinations(arguments.shared);
  add_caches(arguments.shared, target);
  target.no_cache = arguments.shared.no_cache;
  target.no_cache_stages.insert(arguments.no_cache_filter.begin(), arguments.no_cache_filter.end());
  set_run_options(arguments.shared, target);
  return target;
}

void build_image(const BuildArguments& arguments, const Globals& globals, int& exit_code) {
  const BuildRequest request = build_request(arguments);
  const Call call = call_of(arguments.shared);
  if (call.method != Call::Method::build) return run_call(call, request, globals, exit_code);
  const BuildReport report = run_build(request, arguments.shared, globals);
  const std::string digest = report.images.at(0).manifest.digest.to_string();
  if (!arguments.iid_file.empty()) write_host_file(arguments.iid_file, digest);
  if (!arguments.shared.metadata_file.empty()) {
    write_host_file(arguments.shared.metadata_file, metadata_json(report, false));
  }
  std::cout << digest << "\n" << std::flush;
}

}  // namespace

void add_input_arguments(CLI::App& command, BuildArguments& arguments) {
  command.add_option("-f,--file", arguments.file,
                     "Dockerfile (default: CONTEXT/Dockerfile; - is stdin)");
  command.add_option("--target", arguments.target, "stage to build (default: the last)");
  add_list(command, "--build-arg", arguments.build_args,
           "NAME=VALUE, or NAME from the environment");
  add_list(command, "--build-context", arguments.contexts,
           "NAME=directory, git or http(s) address, docker-image:// or oci-layout://");
  add_list(command, "--label", arguments.labels, "NAME=VALUE");
  add_list(command, "--annotation", arguments.annotations, "NAME=VALUE of the manifest");
  add_list(command, "--platform", arguments.platforms,
           "os/architecture; several make an index of images")
      ->delimiter(',');
}

void add_build_arguments(CLI::App& command, BuildArguments& arguments) {
  command
      .add_option("context", arguments.context,
                  "directory, git or http(s) address, or - (standard input)")
      ->required();
  add_list(command, "-t,--tag", arguments.tags, "name of the image");
  add_input_arguments(command, arguments);
  add_list(command, "--no-cache-filter", arguments.no_cache_filter, "stages to run again")
      ->delimiter(',');
  command.add_option("--iidfile", arguments.iid_file, "write the image's digest");
  add_build_options(command, arguments.shared);
}

BuildRequest build_request(const BuildArguments& arguments) {
  BuildRequest request = make_request(arguments.shared);
  request.targets.push_back(make_target(arguments));
  pass_epoch(request);
  return request;
}

void add_build_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("build", "build an image from a Dockerfile");
  const auto arguments = std::make_shared<BuildArguments>();
  add_build_arguments(*command, *arguments);
  command->callback(
      [arguments, &globals, &exit_code] { build_image(*arguments, globals, exit_code); });
  command->footer(
      "Examples:\n"
      "  cooper build -t registry.example/shop:app-v1 .\n"
      "  cooper build --target test -f build/Dockerfile .\n"
      "  cooper build -o type=oci,dest=image.tar --secret id=npm,src=.npmrc .");
}

void add_check_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("check", "check a Dockerfile and build nothing (as build --check)");
  const auto arguments = std::make_shared<BuildArguments>();
  arguments->context = ".";
  add_build_arguments(*command, *arguments);
  command->get_option("context")->required(false);
  command->callback([arguments, &globals, &exit_code] {
    arguments->shared.check = true;
    build_image(*arguments, globals, exit_code);
  });
  command->footer(
      "Examples:\n"
      "  cooper check\n"
      "  cooper check -f build/Dockerfile --build-arg VERSION=1 .");
}

}  // namespace cooper::cli
