// cooper release
#include <iostream>
#include <memory>

#include "base/base64.h"
#include "base/error.h"
#include "cli/bake_files.h"
#include "cli/bake_request.h"
#include "cli/commands.h"
#include "cli/exit_code.h"
#include "cli/git_facts.h"
#include "cli/release_facts.h"
#include "cli/release_images.h"
#include "cli/release_report.h"
#include "cli/run_build.h"
#include "cli/session.h"
#include "cli/signals.h"
#include "cli/workflow_log.h"
#include "oci/reference.h"
#include "registry/client.h"
#include "registry/credential_sources.h"
#include "release/policy/release_tags.h"
#include "release/push_permission.h"
#include "release/release.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

struct Arguments {
  BuildOptions build;
  std::string version;
  std::vector<std::string> targets, files, sets;
  bool force = false, dry_run = false, json = false;
};

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

// The argument, else the tag that this CI job is about.
std::string version_of(const Arguments& arguments) {
  if (!arguments.version.empty()) return release::release_version(arguments.version);
  if (variable("GITHUB_REF_TYPE") == "tag")
    return release::release_version(variable("GITHUB_REF_NAME"));
  throw Error(ErrorKind::usage, "release", "", "which version is meant?")
      .with_hint("cooper release v1.2.3; in a CI job of a tag its name is taken");
}

void tell(const std::string& text) { std::cerr << safe_for_log(text) + "\n" << std::flush; }

// The runner replaces these words in whatever follows; it knows only the secrets of the workflow.
void mask_passwords(const std::map<std::string, std::string>& repositories) {
  if (!in_workflow()) return;
  const auto credentials = registry::open_credentials();
  for (const auto& [name, version_tag] : repositories) {
    const oci::Reference reference = oci::parse_reference(name);
    const auto found = credentials->find(reference.registry, reference.repository);
    if (!found) continue;
    for (const std::string& secret : {found->password, found->identity_token}) {
      if (secret.empty()) continue;
      std::cerr << mask_line(secret)
                << mask_line(base::encode_base64(found->username + ":" + secret));
    }
  }
  std::cerr << std::flush;
}

// Before the work begins: a version that is out already has most likely nothing to send; of any
// other it is found out whether we may. Returns what was seen of version tags.
std::map<std::string, oci::Digest> look_first(
    const std::map<std::string, std::string>& repositories, Session& session,
    const std::stop_token& stop) {
  std::map<std::string, oci::Digest> seen;
  for (const auto& [name, version_tag] : repositories) {
    const auto repository = session.network.client().repository(oci::parse_reference(name));
    const auto there = repository.head_manifest(version_tag, stop);
    if (there) {
      seen.emplace(repository.display_name() + ":" + version_tag, there->digest);
    } else {
      release::require_push_permission(repository, stop);
    }
  }
  return seen;
}

// A release, run in the place of the exports of a build.
class Exports {
 public:
  Exports(const Arguments& arguments, std::string version, std::map<std::string, oci::Digest> seen)
      : arguments_(arguments), version_(std::move(version)), seen_(std::move(seen)) {}

  std::vector<export_::ExportOutcome> run(Session& session,
                                          const std::vector<export_::ExportJob>& jobs,
                                          std::stop_token stop) {
    release::ReleaseOptions options{version_, arguments_.force, arguments_.dry_run, {}, {}, seen_};
    if (session.network.on_push) {
      options.say = [&](const std::string& line) { session.network.on_push(engine::Remark{line}); };
    }
    options.push.progress = session.network.push_progress("the registry");
    const auto images = release_images_of(jobs, version_, session.network.client(), session.store);
    try {
      released = release::release_images(images, options, std::move(stop));
    } catch (const release::PartialRelease& error) {
      left = error.state();
      throw;
    }
    std::vector<export_::ExportOutcome> outcomes;
    for (const release::ReleasedImage& image : released)
      outcomes.push_back({image.pushed_bytes, image.reused_bytes});
    return outcomes;
  }

  std::vector<release::ReleasedImage> released;
  std::vector<std::string> left;  // of a partial release

 private:
  const Arguments& arguments_;
  std::string version_;
  std::map<std::string, oci::Digest> seen_;
};

void print_release(const Arguments& arguments, const std::string& version,
                   const std::vector<release::ReleasedImage>& images) {
  std::cout << (arguments.json ? release_json(version, arguments.dry_run, images)
                               : safe_for_log(table_text(release_table(images))))
            << std::flush;
  add_to_summary(release_summary(version, arguments.dry_run, images));
}

[[noreturn]] void tell_partial(const std::vector<std::string>& left) {
  std::string text = "error: the release stopped half way and could not be undone:\n";
  for (const std::string& line : left) text += "  " + base::printable(line) + "\n";
  text += "hint: run the same release again: it ends what was begun";
  tell(text);
  throw ErrorWasTold{kPartial};
}

bool refuses_any(const std::vector<release::ReleasedImage>& images) {
  for (const release::ReleasedImage& image : images) {
    for (const release::ReleasedTag& tag : image.tags) {
      if (tag.change == release::TagChange::refuse) return true;
    }
  }
  return false;
}

void release_all(const Arguments& arguments, const Globals& globals, int& exit_code) {
  const std::string version = version_of(arguments);
  const GitFacts facts = read_git_facts(globals.signals->token());
  for (const std::string& remark : facts.remarks) tell("note: " + remark);
  set_release_variables(version, facts);
  BuildOptions build = arguments.build;
  build.push = true;
  BakeRequest bake = make_bake_request(read_bake_files(arguments.files, arguments.sets, {}),
                                       arguments.targets, build);
  const auto repositories = check_release_tags(bake.request, bake.silent, version);
  describe_release(bake.request, version, facts);
  mask_passwords(repositories);
  Session session = Session::open(globals);
  std::map<std::string, oci::Digest> seen;
  if (!arguments.dry_run) seen = look_first(repositories, session, globals.signals->token());
  Exports exports(arguments, version, std::move(seen));
  try {
    const FencedGroup group("release " + version);
    static_cast<void>(run_build(
        bake.request, build, globals, bake.silent,
        [&](Session& opened, const auto& jobs, std::stop_token stop) {
          return exports.run(opened, jobs, std::move(stop));
        },
        &session));
  } catch (const release::PartialRelease& error) {
    tell(std::string("error: ") + error.what());
    tell_partial(exports.left);
  } catch (const ErrorWasTold&) {
    if (!exports.left.empty()) tell_partial(exports.left);
    throw;
  }
  print_release(arguments, version, exports.released);
  exit_code = arguments.dry_run && refuses_any(exports.released) ? kFailure : kSuccess;
}

void run_release(const Arguments& arguments, const Globals& globals, int& exit_code) {
  try {
    release_all(arguments, globals, exit_code);
  } catch (const Error& error) {
    if (in_workflow()) std::cerr << annotation(error, "cooper release") << std::flush;
    throw;
  }
}

void add_options(CLI::App& command, Arguments& arguments) {
  command.add_option("version", arguments.version,
                     "v1.2.3 (default: the tag of this CI job, GITHUB_REF_NAME)");
  command.add_option("targets", arguments.targets,
                     "targets or groups of the bake file (default: the group 'default')");
  add_list(command, "-f,--file", arguments.files, "bake file (default: docker-bake.json)");
  add_list(command, "--set", arguments.sets, "TARGET.KEY=VALUE");
  command.add_flag("-n,--dry-run", arguments.dry_run,
                   "build, show what would be done to each tag, write nothing");
  command.add_flag("--force", arguments.force,
                   "replace version tags that hold another image; says what they held");
  command.add_flag("--json", arguments.json, "print what was released as JSON");
  command.add_option("--progress", arguments.build.progress, "auto, tty, plain, quiet or json")
      ->check(CLI::IsMember({"auto", "tty", "plain", "quiet", "json", "rawjson", "none"}));
  command.add_flag("--no-cache", arguments.build.no_cache, "run every step again");
  add_list(command, "--secret", arguments.build.secrets,
           "id=NAME,src=FILE or id=NAME,env=VARIABLE");
  command.add_option("-j,--jobs", arguments.build.jobs, "steps at the same time");
  command
      .add_flag("--allow-secret-in-layer", arguments.build.allow_secrets,
                "publish images although a secret was found in a layer")
      ->disable_flag_override();
  command
      .add_option("--on-failure", arguments.build.on_failure,
                  "what a failed RUN step leaves: discard, keep (for cooper debug) or shell")
      ->check(CLI::IsMember({"discard", "keep", "shell"}));
}

}  // namespace

void add_release_command(CLI::App& app, const Globals& globals, int& exit_code) {
  CLI::App* command = app.add_subcommand(
      "release", "build a bake file as one version and publish it: all its tags or none");
  const auto arguments = std::make_shared<Arguments>();
  add_options(*command, *arguments);
  command->footer(
      "VERSION, and from git REVISION, SOURCE and SOURCE_DATE_EPOCH, are set for the bake file.\n"
      "Tags that end with the version are written once and never changed; those that end with\n"
      "latest only go forward, and stay for a pre-release. See docs/release.md.\n\n"
      "Examples:\n"
      "  cooper release v1.2.3\n"
      "  cooper release -f stages/docker-bake.json --dry-run v1.2.3\n"
      "  REGISTRY=registry.example IMAGE=team/site cooper release --json v1.3.0-rc.1");
  command->callback(
      [arguments, &globals, &exit_code] { run_release(*arguments, globals, exit_code); });
}

}  // namespace cooper::cli
