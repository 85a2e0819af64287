// cooper: builds container images without a daemon.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "base/error.h"
#include "builder/sandbox/sandbox.h"
#include "cli/commands.h"
#include "cli/error_text.h"
#include "cli/exit_code.h"
#include "cli/globals.h"
#include "cli/signals.h"

namespace {

using namespace cooper;

// Nothing the caller left open may reach a step, and 0 to 2 must be there.
void clean_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY));
  }
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
}

int run(int argc, char** argv) {
  cli::Globals globals;
  int exit_code = cli::kSuccess;
  CLI::App app("cooper builds container images without a daemon.", "cooper");
  app.set_version_flag("--version", "cooper " COOPER_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.option_defaults()->always_capture_default(false);
  globals.root = cli::default_root();
  app.add_option("--root", globals.root, "directory of the store (default: $COOPER_ROOT or ~/.local/share/cooper)");
  app.add_option("--isolation", globals.isolation, "how RUN steps are isolated")
      ->check(CLI::IsMember({"auto", "root", "rootless"}));
  cli::Signals* signals = nullptr;
  std::unique_ptr<cli::Signals> owned;
  cli::add_build_command(app, globals, exit_code);
  cli::add_bake_command(app, globals, exit_code);
  try {
    owned = std::make_unique<cli::Signals>();
    signals = owned.get();
    globals.signals = signals;
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error, std::cout, std::cerr);
    return code == 0 ? cli::kSuccess : cli::kUsage;
  } catch (const base::Error& error) {
    std::cerr << cli::error_text(error) << std::flush;
    if (signals->received() != 0) return 128 + signals->received();
    return cli::exit_code_of(error);
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  sandbox::run_child_if_asked(argc, argv);
  clean_descriptors();
  ::umask(022);
  try {
    sandbox::enter_user_namespace(argc, argv);
    return run(argc, argv);
  } catch (const base::Error& error) {
    std::cerr << cli::error_text(error);
    return cli::exit_code_of(error);
  } catch (const std::exception& error) {
    std::cerr << "error: " << base::printable(error.what()) << "\n";
    return cli::kFailure;
  }
}
