// cooper build
#include <iostream>
#include <memory>

#include "base/error.h"
#include "base/source.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/run_build.h"
#include "oci/reference.h"

namespace cooper::cli {
namespace {

constexpr std::uint64_t kMaxDockerfileBytes = 4U << 20;

struct Arguments {
  BuildOptions shared;
  std::string context;
  std::string file;
  std::string target;
  std::vector<std::string> tags, build_args, labels, annotations, contexts, platforms, no_cache_filter;
  std::string iid_file;
};

void add_arguments(CLI::App& command, Arguments& arguments) {
  command.add_option("context", arguments.context, "directory to build from")->required();
  command.add_option("-f,--file", arguments.file, "Dockerfile (default: CONTEXT/Dockerfile; - is stdin)");
  command.add_option("-t,--tag", arguments.tags, "name of the image")->allow_extra_args(false);
  command.add_option("--target", arguments.target, "stage to build (default: the last)");
  command.add_option("--build-arg", arguments.build_args, "NAME=VALUE, or NAME from the environment")->allow_extra_args(false);
  command.add_option("--build-context", arguments.contexts, "NAME=directory, docker-image:// or oci-layout://")->allow_extra_args(false);
  command.add_option("--label", arguments.labels, "NAME=VALUE")->allow_extra_args(false);
  command.add_option("--annotation", arguments.annotations, "NAME=VALUE of the manifest")->allow_extra_args(false);
  command.add_option("--platform", arguments.platforms, "os/architecture")->delimiter(',')->allow_extra_args(false);
  command.add_option("--no-cache-filter", arguments.no_cache_filter, "stages to run again")->delimiter(',')->allow_extra_args(false);
  command.add_option("--iidfile", arguments.iid_file, "write the image's digest");
  add_build_options(command, arguments.shared);
}

std::string read_stdin() {
  base::FdSource source(base::Fd(0).duplicate(), "standard input");
  return base::read_all(source, kMaxDockerfileBytes, "standard input");
}

BuildTarget make_target(const Arguments& arguments) {
  BuildTarget target;
  target.context = arguments.context;
  target.dockerfile = arguments.file;
  if (arguments.file == "-") {
    target.dockerfile_text = read_stdin();
    target.dockerfile = "Dockerfile (stdin)";
  }
  target.stage = arguments.target;
  target.build_args = read_build_args(arguments.build_args);
  target.labels = read_pairs(arguments.labels, "--label");
  target.annotations = read_pairs(arguments.annotations, "--annotation");
  target.contexts = read_pairs(arguments.contexts, "--build-context");
  for (const std::string& tag : arguments.tags) target.tags.push_back(oci::to_string(oci::parse_reference(tag)));
  target.platforms = arguments.platforms;
  target.outputs = destinations(arguments.shared);
  target.no_cache = arguments.shared.no_cache;
  target.no_cache_stages.insert(arguments.no_cache_filter.begin(), arguments.no_cache_filter.end());
  for (const std::string& right : arguments.shared.allow) {
    (right == "network.host" ? target.allow_host_network : target.allow_insecure) = true;
  }
  return target;
}

void build_image(const Arguments& arguments, const Globals& globals) {
  BuildRequest request = make_request(arguments.shared);
  request.targets.push_back(make_target(arguments));
  const BuildReport report = run_build(request, arguments.shared, globals);
  const std::string digest = report.images.at(0).manifest.digest.to_string();
  if (!arguments.iid_file.empty()) write_host_file(arguments.iid_file, digest);
  if (!arguments.shared.metadata_file.empty()) {
    write_host_file(arguments.shared.metadata_file, metadata_json(report, false));
  }
  std::cout << digest << "\n" << std::flush;
}

}  // namespace

void add_build_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand("build", "build an image from a Dockerfile");
  const auto arguments = std::make_shared<Arguments>();
  add_arguments(*command, *arguments);
  command->footer(
      "Examples:\n"
      "  cooper build -t registry.example/shop:app-v1 .\n"
      "  cooper build --target test -f build/Dockerfile .\n"
      "  cooper build -o type=oci,dest=image.tar --secret id=npm,src=.npmrc .");
  command->callback([arguments, &globals, &exit_code] {
    build_image(*arguments, globals);
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
