// cooper: builds container images without a daemon.
#include <fcntl.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "base/error.h"
#include "builder/layer/layer_process.h"
#include "builder/sandbox/child_task.h"
#include "builder/sandbox/sandbox.h"
#include "cli/app.h"
#include "cli/error_text.h"
#include "cli/exit_code.h"
#include "cli/globals.h"
#include "cli/signals.h"
#include "cli/usage_error.h"
#include "cli/workflow_log.h"

namespace {

using namespace cooper;

// Nothing the caller left open may reach a step, and 0 to 2 must be there.
void clean_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0)
      static_cast<void>(::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY));
  }
  ::syscall(SYS_close_range, 3U, ~0U, 0U);
}

// Passwords and tokens are in our memory: no core file of it is written, nor handed to a program
// that collects them, and other processes of the user do not read it or our environment. (A RUN
// step writes no core file either.)
void forbid_core_files() {
  ::prctl(PR_SET_DUMPABLE, 0);
  struct rlimit limit = {};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

// Tables of some MB grow and go all the time: their memory is kept, not fetched page by page anew.
void keep_memory() {
  constexpr int kMegabyte = 1 << 20;
  ::mallopt(M_MMAP_THRESHOLD, 32 * kMegabyte);
  ::mallopt(M_TRIM_THRESHOLD, 32 * kMegabyte);
  ::mallopt(M_TOP_PAD, kMegabyte);
}

// `cooper doctor` looks at the machine as it is, and must work where nothing else does; what it
// tries by `--probe` enters the namespace as a build does.
bool asks_doctor(int argc, char** argv) {
  const auto has = [&](const char* word) {
    return std::any_of(argv, argv + argc,
                       [&](const char* one) { return one == std::string_view(word); });
  };
  return has("doctor") && !has("--probe");
}

int run(int argc, char** argv) {
  cli::Globals globals;
  int exit_code = cli::kSuccess;
  const cli::Signals signals;
  globals.signals = &signals;
  const std::unique_ptr<CLI::App> app = cli::make_app(globals, exit_code);
  const auto ended_by = [&signals](int code) {
    return signals.received() != 0 ? 128 + signals.received() : code;
  };
  try {
    app->parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool asked = error.get_exit_code() == 0;  // --help, --version
    if (asked) return app->exit(error, std::cout, std::cerr);
    std::cerr << cli::usage_error_text(*app, error) << std::flush;
    return cli::kUsage;
  } catch (const cli::ErrorWasTold& error) {
    return ended_by(error.exit_code);
  } catch (const base::Error& error) {
    std::cerr << cli::safe_for_log(cli::error_text(error)) << std::flush;
    return ended_by(cli::exit_code_of(error));
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr sandbox::ChildTask kTasks[] = {{layer::kLayerTask, layer::run_layer_task}};
  sandbox::run_child_if_asked(argc, argv, kTasks);
  layer::read_layers_apart();
  clean_descriptors();
  ::umask(022);
  try {
    const auto isolation = sandbox::asked_isolation(argc, argv, std::getenv("COOPER_ISOLATION"));
    if (isolation && !asks_doctor(argc, argv)) sandbox::enter_user_namespace(*isolation);
    forbid_core_files();
    keep_memory();
    return run(argc, argv);
  } catch (const base::Error& error) {
    std::cerr << cli::error_text(error);
    return cli::exit_code_of(error);
  } catch (const std::exception& error) {
    std::cerr << "error: " << base::printable(error.what()) << "\n";
    return cli::kFailure;
  }
}
