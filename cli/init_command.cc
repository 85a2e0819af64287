// cooper init
#include <iostream>
#include <memory>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "init/project_directory.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;
using init::FileState;

struct Arguments {
  std::string directory = ".";
  std::string name, registry, image, domain, account, admin;
  bool force = false;
  bool check = false;
};

struct Comparison {
  init::ProjectFile file;
  init::FileComparison result;
};

void override_with(std::string& value, const std::string& given) {
  if (!given.empty()) value = given;
}

init::Parameters kept_parameters(const init::ProjectDirectory& project) {
  try {
    return project.kept_parameters().value_or(init::Parameters{});
  } catch (const Error& error) {
    throw Error(ErrorKind::usage, error.doing(), error.thing(), error.cause())
        .with_hint("mend or remove it, and give --registry, --image and --domain again");
  }
}

init::Parameters make_parameters(const Arguments& arguments,
                                 const init::ProjectDirectory& project) {
  init::Parameters parameters = kept_parameters(project);
  override_with(parameters.registry, arguments.registry);
  override_with(parameters.image, arguments.image);
  override_with(parameters.name, arguments.name);
  if (!arguments.domain.empty()) init::set_domain(parameters, arguments.domain);
  override_with(parameters.account, arguments.account);
  override_with(parameters.admin, arguments.admin);
  if (parameters.name.empty()) {
    parameters.name = parameters.image.substr(parameters.image.rfind('/') + 1);
  }
  for (const auto& [option, value] :
       {std::pair{"--registry", &parameters.registry}, std::pair{"--image", &parameters.image},
        std::pair{"--domain", &parameters.site}}) {
    if (!value->empty()) continue;
    throw Error(ErrorKind::usage, "prepare", arguments.directory,
                std::string(option) + " is not given, and no " +
                    std::string(init::kParametersFile) + " there says it")
        .with_hint("cooper init --registry git.example --image team/site --domain site.example");
  }
  init::check(parameters);
  return parameters;
}

// Everything is compared before anything is written.
std::vector<Comparison> compare_all(const init::ProjectDirectory& project,
                                    const init::Parameters& parameters) {
  std::vector<Comparison> comparisons;
  for (init::ProjectFile& file : init::make_scaffold(init::template_files(), parameters)) {
    init::FileComparison result = project.compare(file);
    comparisons.push_back({std::move(file), std::move(result)});
  }
  return comparisons;
}

const char* word_for(const Arguments& arguments, FileState state) {
  if (state == FileState::blocked) return "blocked   ";
  if (state == FileState::same) return "same      ";
  if (state == FileState::absent) return arguments.check ? "missing   " : "new       ";
  return arguments.force && !arguments.check ? "replaced  " : "differs   ";
}

void print_diff(const std::string& diff) {
  std::size_t begin = 0;
  while (begin < diff.size()) {
    const std::size_t end = diff.find('\n', begin);
    std::cout << base::printable(diff.substr(begin, end - begin)) << "\n";
    begin = end + 1;
  }
}

void print_notes(const init::ProjectDirectory& project) {
  for (const auto& [file, cure] :
       {std::pair{"composer.lock", "composer update"}, std::pair{"package.json", "npm init"},
        std::pair{"package-lock.json", "npm install"}}) {
    if (project.has(file)) continue;
    std::cerr << "note: the Dockerfile needs " << file << ", which is not there: " << cure
              << " makes it\n";
  }
  for (const char* file :
       {"compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"}) {
    if (!project.has(file)) continue;
    std::cerr << "note: bake reads " << file
              << " too, and a service named app would change the target app: say -f "
                 "docker-bake.json, as the workflow does\n";
    break;
  }
}

struct Wrong {
  std::size_t files = 0;    // not as they should be
  std::size_t blocked = 0;  // of those
};

Wrong apply(const Arguments& arguments, const init::ProjectDirectory& project,
            const std::vector<Comparison>& comparisons) {
  Wrong wrong;
  for (const Comparison& comparison : comparisons) {
    const FileState state = comparison.result.state;
    const bool write = !arguments.check && (state == FileState::absent ||
                                            (state == FileState::differs && arguments.force));
    if (write) project.write(comparison.file);
    if (!write && state != FileState::same) ++wrong.files;
    if (state == FileState::blocked) ++wrong.blocked;
    std::cout << word_for(arguments, state) << comparison.file.path << "\n";
    print_diff(comparison.result.diff);
  }
  std::cout << std::flush;
  return wrong;
}

int run(const Arguments& arguments) {
  const init::ProjectDirectory project(arguments.directory);
  const init::Parameters parameters = make_parameters(arguments, project);
  const Wrong wrong = apply(arguments, project, compare_all(project, parameters));
  if (!arguments.check) print_notes(project);
  if (wrong.files == 0) return kSuccess;
  if (arguments.check) {
    std::cerr << wrong.files << " files are not as cooper init writes them\n";
    return kFailure;
  }
  const std::size_t kept = wrong.files - wrong.blocked;
  if (kept != 0) std::cerr << kept << " files differ and were kept; --force replaces them\n";
  if (wrong.blocked != 0) {
    std::cerr << wrong.blocked
              << " files were not written: something else is in their place; move it away\n";
  }
  return kFailure;
}

}  // namespace

void add_init_command(CLI::App& app, const Globals&, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "init", "write what a Laravel application needs to be built, tried, released and deployed");
  const auto arguments = std::make_shared<Arguments>();
  command->add_option("directory", arguments->directory,
                      "root of the application's repository (default: .)");
  command->add_option("--registry", arguments->registry, "host[:port] of the registry");
  command->add_option("--image", arguments->image, "OWNER/NAME of the image there");
  command->add_option("--domain", arguments->domain,
                      "host name of the site; account.DOMAIN and admin.DOMAIN are its other parts");
  command->add_option("--account-domain", arguments->account, "another name for account.DOMAIN");
  command->add_option("--admin-domain", arguments->admin, "another name for admin.DOMAIN");
  command->add_option("--name", arguments->name,
                      "of the chart and its release (default: the image's NAME)");
  command->add_flag("--force", arguments->force, "replace files that differ");
  command->add_flag("--check", arguments->check,
                    "write nothing; exit code 1 if a file is missing or differs");
  command->footer(
      "The answers are kept in .cooper-init.json: a later run and --check need none.\n"
      "A file that differs is kept, and the difference is shown, unless --force is given.\n\n"
      "Examples:\n"
      "  cooper init --registry git.example --image team/site --domain site.example\n"
      "  cooper init --check");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

}  // namespace cooper::cli
