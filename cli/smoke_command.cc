// cooper smoke
#include <sys/stat.h>

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <sstream>

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"
#include "cli/bake_files.h"
#include "cli/build_options.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "oci/reference.h"
#include "smoke/smoke_run.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  std::string image;
  std::string file, role;
  std::vector<std::string> bake_files, contexts;
  std::string directory = ".";
  bool json = false;
};

// What is tested, as the arguments mean it.
struct Subject {
  std::string location;                         // as Network::open_source takes it
  std::string tag;                              // of the image, for the choice of the smoke target
  std::string role;                             // asked for, or the bake target's name
  std::map<std::string, std::string> contexts;  // by full reference
};

std::string full_name(const std::string& name) {
  const auto reference = oci::try_parse_reference(name);
  return reference ? oci::to_string(*reference) : name;
}

bool exists(const char* path) {
  struct stat status = {};
  return ::stat(path, &status) == 0;
}

std::string default_smoke_file() {
  for (const char* name : {"stages/smoke.json", "smoke.json"}) {
    if (exists(name)) return name;
  }
  return {};
}

std::optional<smoke::SmokeFile> read_smoke_file(const Arguments& arguments) {
  const std::string name = arguments.file.empty() ? default_smoke_file() : arguments.file;
  if (name.empty()) return std::nullopt;
  base::FdSource source(base::open_host(name, O_RDONLY), name);
  return smoke::parse_smoke_file(base::read_all(source, smoke::kMaxFileBytes, name), name);
}

// An image that a build left in the store goes before one of a registry.
std::string location_of(const std::string& name, const store::Store& store) {
  if (name.find("://") != std::string::npos || name.starts_with("docker-archive:")) return name;
  const std::string full = oci::to_string(oci::parse_reference(name));
  return store.find_image(full) ? "cooper-store:" + full : full;
}

std::optional<bake::Target> find_bake_target(const Arguments& arguments) {
  if (arguments.bake_files.empty() && default_bake_files().empty()) return std::nullopt;
  const bake::BakeFile file = read_bake_files(arguments.bake_files, {}, {});
  for (const std::string& name : {arguments.image, arguments.role}) {
    const auto found = file.targets.find(name);
    if (found != file.targets.end()) return found->second;
  }
  return std::nullopt;
}

void use_bake_target(Subject& subject, const bake::Target& target, const std::string& asked,
                     const store::Store& store) {
  for (const auto& [name, value] : target.contexts) subject.contexts[full_name(name)] = value;
  if (target.name != asked) return;  // named by --role: the argument is an image
  subject.role = target.name;
  if (target.tags.empty()) {
    throw Error(ErrorKind::usage, "test target", target.name, "it has no tag to find its image by");
  }
  const std::string tag = oci::to_string(oci::parse_reference(target.tags.front()));
  if (!store.find_image(tag)) {
    throw Error(ErrorKind::not_found, "test target", target.name, "the store has no image " + tag)
        .with_hint("build it with 'cooper bake " + target.name +
                   "', or name an image of a registry");
  }
  subject.location = "cooper-store:" + tag;
}

Subject make_subject(const Arguments& arguments, const store::Store& store) {
  Subject subject;
  if (const auto target = find_bake_target(arguments))
    use_bake_target(subject, *target, arguments.image, store);
  for (const auto& [name, value] : read_pairs(arguments.contexts, "--build-context")) {
    subject.contexts[full_name(name)] = value;
  }
  if (subject.location.empty()) subject.location = location_of(arguments.image, store);
  if (const auto reference = oci::try_parse_reference(arguments.image))
    subject.tag = reference->tag;
  if (!arguments.role.empty()) subject.role = arguments.role;
  return subject;
}

std::string sidecar_location(const Subject& subject, const std::string& image,
                             const store::Store& store) {
  const std::string full = full_name(image);
  const auto context = subject.contexts.find(full);
  if (context == subject.contexts.end()) return location_of(full, store);
  const std::string& value = context->second;
  const bool is_image =
      value.find("://") != std::string::npos || value.starts_with("docker-archive:");
  if (is_image) return value;
  throw Error(ErrorKind::usage, "use build context", full + "=" + value, "a sidecar needs an image")
      .with_hint("write oci-layout://DIRECTORY or docker-image://REFERENCE");
}

smoke::PodImages resolve_images(const Subject& subject, const smoke::Target& target,
                                Session& session, std::stop_token stop) {
  const auto resolve = [&](const std::string& location) {
    return session.network.open_source(location, session.store)->resolve(host_platform(), stop);
  };
  smoke::PodImages images{resolve(subject.location), {}};
  for (const smoke::Sidecar& sidecar : target.sidecars) {
    if (sidecar.image.empty()) continue;
    images.sidecars.emplace(sidecar.name,
                            resolve(sidecar_location(subject, sidecar.image, session.store)));
  }
  return images;
}

std::string seconds(smoke::Milliseconds time) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << static_cast<double>(time.count()) / 1000 << "s";
  return text.str();
}

void print_step(std::ostream& out, const smoke::StepResult& step) {
  out << (step.held ? "ok      " : "FAILED  ") << step.step << "  " << seconds(step.time);
  if (step.held && !step.detail.empty()) out << "  (" << base::printable(step.detail) << ")";
  if (!step.held) out << "\n        " << base::printable(step.detail);
  out << "\n" << std::flush;
}

void print_logs(const smoke::Report& report) {
  for (const smoke::ContainerLog& log : report.logs) {
    std::cerr << "last lines of " << base::printable(log.name) << ":\n";
    for (const std::string& line : log.lines) std::cerr << "  | " << base::printable(line) << "\n";
  }
  std::cerr << std::flush;
}

void print_report(const Arguments& arguments, const smoke::Report& report) {
  if (!report.passed) print_logs(report);
  if (arguments.json) {
    std::cout << smoke::to_json(report) << std::flush;
    return;
  }
  std::cout << (report.passed ? "passed  " : "FAILED  ") << base::printable(report.image) << " "
            << report.digest << "  " << seconds(report.time) << "\n"
            << std::flush;
}

void print_event(const engine::Event& event) {
  const auto* transfer = std::get_if<engine::Transfer>(&event);
  if (transfer == nullptr || transfer->done != transfer->total) return;
  std::ostringstream line;
  line << "fetched " << base::printable(transfer->what) << " (" << transfer->total << " bytes)\n";
  std::cerr << line.str();
}

bool test_image(const Arguments& arguments, const Globals& globals) {
  const auto file = read_smoke_file(arguments);
  Session session = Session::open(globals);
  const Subject subject = make_subject(arguments, session.store);
  const smoke::Target target =
      file ? smoke::select_target(*file, subject.role, subject.tag) : smoke::default_target();
  const std::stop_token stop = globals.signals->token();
  const smoke::PodImages images = resolve_images(subject, target, session, stop);
  const sandbox::Probe probe = session.probe(globals);
  const smoke::PodTools tools{
      session.store,
      probe,
      !probe.overlay            ? snapshot::Flavor::plain
      : probe.overlay_userxattr ? snapshot::Flavor::overlay_userxattr
                                : snapshot::Flavor::overlay,
      std::filesystem::absolute(arguments.directory).lexically_normal().string(),
      print_event,
      stop};
  std::ostream& out = arguments.json ? std::cerr : std::cout;
  const smoke::Report report = smoke::run_smoke(
      target, images, tools, [&out](const smoke::StepResult& step) { print_step(out, step); });
  print_report(arguments, report);
  return report.passed;
}

}  // namespace

void add_smoke_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("smoke", "run an image as its configuration says and check what it does");
  const auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("image", arguments->image,
                   "image reference, oci-layout://DIRECTORY, or a target of a bake file")
      ->required();
  command->add_option("-f,--file", arguments->file,
                      "what to check (default: stages/smoke.json or smoke.json, if there)");
  command->add_option("--role,--target", arguments->role,
                      "entry of that file (default: the one the tag begins with)");
  command
      ->add_option("--bake", arguments->bake_files,
                   "bake file: names of targets, and their contexts")
      ->allow_extra_args(false);
  command
      ->add_option("--build-context", arguments->contexts,
                   "IMAGE=oci-layout://... in the place of a sidecar's image")
      ->allow_extra_args(false);
  command->add_option("-C,--directory", arguments->directory,
                      "where files of this machine are looked for (default: .)");
  command->add_flag("--json", arguments->json, "print the report as JSON");
  command->footer(
      "Examples:\n"
      "  cooper smoke registry.example/site:app-v1.2.3\n"
      "  cooper smoke -f stages/smoke.json --bake stages/docker-bake.json horizon");
  command->callback([arguments, &globals, &exit_code] {
    exit_code = test_image(*arguments, globals) ? kSuccess : kFailure;
  });
}

}  // namespace cooper::cli
