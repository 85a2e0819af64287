#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "base/error.h"
#include "base/sink.h"
#include "base/source.h"
#include "cli/json_progress.h"
#include "cli/plain_progress.h"
#include "cli/tty_progress.h"
#include "cli/workflow_log.h"

namespace cooper::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_dumb_terminal() {
  const char* kind = std::getenv("TERM");
  return kind == nullptr || std::string_view(kind) == "dumb";
}

// A reader that has gone away must not end the build.
void write_to_stderr(std::string_view text) {
  try {
    const std::string safe = safe_for_log(text);
    base::write_all(STDERR_FILENO, base::as_bytes(safe), "standard error");
  } catch (const base::Error&) {  // NOLINT(bugprone-empty-catch)
  }
}

TerminalSize size_of_stderr() {
  struct winsize size = {};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return {};
  return {size.ws_col, size.ws_row == 0 ? 24U : size.ws_row};
}

}  // namespace

std::unique_ptr<Progress> make_progress(const std::string& mode, ProgressOptions options) {
  if (mode == "tty") return std::make_unique<TtyProgress>(std::move(options));
  if (mode == "json" || mode == "rawjson")
    return std::make_unique<JsonProgress>(std::move(options));
  const bool quiet = mode == "quiet" || mode == "none";
  return std::make_unique<PlainProgress>(std::move(options), quiet);
}

std::unique_ptr<Progress> make_progress(const std::string& mode, const std::string& isolation) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  ProgressOptions options;
  options.write = write_to_stderr;
  options.isolation = isolation;
  options.colour = terminal && !is_set("NO_COLOR") && !is_dumb_terminal();
  options.terminal_size = size_of_stderr;
  const bool table = terminal && !is_dumb_terminal();
  if (mode == "auto") return make_progress(table ? "tty" : "plain", std::move(options));
  // A table needs a terminal: into a file it would be noise.
  if (mode == "tty" && !terminal) return make_progress("plain", std::move(options));
  return make_progress(mode, std::move(options));
}

}  // namespace cooper::cli
