// How a running build is shown on stderr. Renderers are called from any thread and serialise themselves.
#pragma once

#include <memory>
#include <string>

#include "builder/engine/event.h"
#include "builder/plan/plan.h"

namespace cooper::cli {

class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;

  virtual void on_plan(const plan::Plan& plan) = 0;  // `plan` outlives the build
  virtual void on_event(const engine::Event& event) = 0;
  // The build is over; `succeeded` false: show what a failed step said last, if it was not shown.
  virtual void finish(bool succeeded) = 0;
};

// `mode`: auto (tty on a terminal, else plain), tty, plain, quiet, json.
[[nodiscard]] std::unique_ptr<Progress> make_progress(const std::string& mode);

}  // namespace cooper::cli
