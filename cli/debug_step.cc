#include "cli/debug_step.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "base/error.h"
#include "base/sink.h"
#include "builder/layer/layer_writer.h"
#include "builder/snapshot/snapshot.h"
#include "cli/terminal_session.h"
#include "cli/workflow_log.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;
using engine::KeptStep;

void note(const std::string& text) {
  std::cerr << safe_for_log("note: " + text + "\n") << std::flush;
}

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// The step's own shell, if it had one.
std::string shell_of(const std::vector<std::string>& argv) {
  constexpr std::array<std::string_view, 6> kShells{"sh", "bash", "dash", "ash", "zsh", "ksh"};
  const bool known =
      std::find(kShells.begin(), kShells.end(), file_name(argv.front())) != kShells.end();
  return known ? argv.front() : "/bin/sh";
}

oci::Descriptor sound_blob(const store::Store& store, const oci::DiffId& layer) {
  if (const auto record = layer::find_layer(store, layer)) {
    for (const oci::Descriptor& blob : record->blobs) {
      if (store.verify_blob(blob.digest)) return blob;
    }
  }
  throw Error(ErrorKind::not_found, "find layer", layer.to_string(),
              "what the step stood on is not in the store any more")
      .with_hint("build again with --on-failure=keep");
}

void add_lowers(store::Store& store, const sandbox::Probe& probe, KeptStep& kept,
                std::stop_token stop) {
  auto* overlay = std::get_if<sandbox::OverlayRoot>(&kept.spec.root);
  if (overlay == nullptr) return;
  if (!probe.overlay)
    throw Error(ErrorKind::unsupported, "open kept step", kept.label,
                "it was kept as an overlay, and none is to be had now (" + probe.reason + ")");
  const auto flavor =
      probe.overlay_userxattr ? snapshot::Flavor::overlay_userxattr : snapshot::Flavor::overlay;
  snapshot::Snapshots snapshots(store, flavor);
  overlay->lowers = snapshot::overlay_lowers(snapshots.layers().stack(
      kept.layers, [&store](const oci::DiffId& layer) { return sound_blob(store, layer); }, stop));
}

// Mounts whose source has gone (another build's stage that was collected) are left out by name.
void drop_lost_mounts(sandbox::SandboxSpec& spec) {
  const auto is_there = [](const std::string& path) { return std::filesystem::exists(path); };
  std::erase_if(spec.mounts, [&](const sandbox::SpecMount& mount) {
    const auto* bind = std::get_if<sandbox::BindMount>(&mount);
    if (bind == nullptr) return false;
    const bool there =
        bind->overlay_lowers.empty()
            ? is_there(bind->root)
            : std::all_of(bind->overlay_lowers.begin(), bind->overlay_lowers.end(), is_there);
    if (!there) note("nothing is mounted at " + base::printable(bind->target) + ": it has gone");
    return !there;
  });
}

void add_secrets(KeptStep& kept, const DebugRequest& request) {
  for (const engine::KeptSecret& secret : kept.secrets) {
    const auto value = request.secrets.find(secret.id);
    if (value == request.secrets.end()) {
      note("the secret '" + base::printable(secret.id) +
           "' is not there: add --secret id=" + base::printable(secret.id) + ",src=FILE");
      continue;
    }
    if (secret.env) kept.spec.env.push_back(*secret.env + "=" + value->second);
    if (!secret.target.empty())
      kept.spec.mounts.emplace_back(sandbox::FileMount{secret.target, value->second, secret.mode,
                                                       secret.uid, secret.gid, true});
  }
  if (kept.had_agent) note("the ssh agent of the step is not there");
}

sandbox::ExitStatus run_command(const sandbox::SandboxSpec& spec, const sandbox::Probe& probe,
                                std::stop_token stop) {
  return sandbox::run(
      spec, probe,
      [](int stream, std::string_view bytes) {
        base::write_all(stream == 2 ? STDERR_FILENO : STDOUT_FILENO,
                        std::as_bytes(std::span(bytes.data(), bytes.size())), "output");
      },
      std::move(stop));
}

}  // namespace

sandbox::ExitStatus debug_step(store::Store& store, const sandbox::Probe& probe,
                               const std::string& id, const DebugRequest& request,
                               std::stop_token stop) {
  const engine::KeptSteps all(store);
  const store::Lock lock = all.use(id);
  auto kept = all.read(id);
  if (!kept) throw Error(ErrorKind::not_found, "open kept step", id, "it is not there, or damaged");
  const bool shell = request.command.empty();
  if (shell && ::isatty(STDIN_FILENO) != 1)
    throw Error(ErrorKind::usage, "open a shell in", kept->label, "standard input is no terminal")
        .with_hint("give a command: cooper debug -c 'ls -l'");
  std::cerr << safe_for_log(base::printable(kept->label) + ": " + base::printable(kept->failure) +
                            "\n")
            << std::flush;
  add_lowers(store, probe, *kept, stop);
  drop_lost_mounts(kept->spec);
  add_secrets(*kept, request);
  sandbox::SandboxSpec spec = kept->spec;
  const store::TempDirectory scratch = store.new_temp_directory();
  if (auto* directory = std::get_if<sandbox::DirectoryRoot>(&spec.root))
    directory->scratch = scratch.path();
  spec.argv = {shell_of(spec.argv)};
  if (!shell) {
    spec.argv.insert(spec.argv.end(), {"-c", request.command});
    return run_command(spec, probe, std::move(stop));
  }
  std::string words;
  for (const std::string& word : kept->spec.argv) words += " " + base::printable(word);
  std::cerr << safe_for_log("it ran:" + words + "\n") << std::flush;
  if (const char* kind = std::getenv("TERM")) spec.env.push_back(std::string("TERM=") + kind);
  return run_in_terminal(std::move(spec), probe);
}

}  // namespace cooper::cli
