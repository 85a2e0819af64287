// How a running build is shown on stderr. Renderers are called from any thread and serialise
// themselves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.h"
#include "builder/build.h"
#include "builder/engine/event.h"
#include "builder/plan/plan.h"

namespace cooper::cli {

// How a build ended.
struct BuildEnd {
  const BuildReport* report = nullptr;  // nullptr: it failed
  const base::Error* error = nullptr;   // why, if that is known
  std::string time_use = {};            // where the time went, one line; "" if that is not known
};

class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  virtual void on_plan(const plan::Plan& plan) = 0;
  virtual void on_event(const engine::Event& event) = 0;
  // The build is over; no event comes after it.
  virtual void finish(const BuildEnd& end) = 0;
  // True if finish() told the error, so that nobody must print it again.
  [[nodiscard]] virtual bool tells_errors() const { return false; }
};

using ProgressClock = std::chrono::steady_clock;

// What a renderer needs from outside; tests give their own.
struct TerminalSize {
  unsigned columns = 80, rows = 24;
};

struct ProgressOptions {
  std::function<void(std::string_view)> write;  // whole lines, or a redrawing of the table
  std::function<ProgressClock::time_point()> now = [] { return ProgressClock::now(); };
  std::string isolation;  // how RUN steps are isolated, for people
  bool colour = false;
  std::function<TerminalSize()> terminal_size = [] { return TerminalSize{}; };
  bool ticks = true;  // tty: redraw by itself while nothing happens
};

// `mode`: auto (tty on a terminal, else plain), tty, plain, quiet, json. The options of stderr.
[[nodiscard]] std::unique_ptr<Progress> make_progress(const std::string& mode,
                                                      const std::string& isolation);
// The same with everything given; `mode` is not auto.
[[nodiscard]] std::unique_ptr<Progress> make_progress(const std::string& mode,
                                                      ProgressOptions options);

}  // namespace cooper::cli
