// What the engine tells while it works. Renderers in cli/ make text of it; nothing here prints.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "builder/cache/change.h"
#include "builder/cache/step_key.h"
#include "builder/plan/build_graph.h"
#include "oci/digest.h"

namespace cooper::engine {

// The step was not in the cache, and why; never empty for a step of a build.
struct StepStarted {
  plan::StepId step;
  cache::StepKey key = {};
  std::vector<cache::Change> changes = {};
};
struct StepCached {
  plan::StepId step;
  cache::StepKey key = {};
  std::optional<oci::DiffId> layer = {};
};
// Another process is making the same result; this step waits for it.
struct StepWaiting {
  plan::StepId step;
};
// One line of a RUN step's output, without its newline, raw bytes; stream is 1 or 2.
struct StepOutput {
  plan::StepId step;
  int stream;
  std::string line;
};
struct StepFinished {
  plan::StepId step;
  std::uint64_t milliseconds;
  std::optional<oci::DiffId> layer = {};
};
struct StepFailed {
  plan::StepId step;
  std::string message;
};
// The step was stopped: by the user, or because another one failed.
struct StepCancelled {
  plan::StepId step;
};
// A blob moves: once at the start and once at the end (done == total).
struct Transfer {
  std::string what;
  std::uint64_t done, total;
};
// Something worth a line that is not an error.
struct Remark {
  std::string text;
};

using Event = std::variant<StepStarted, StepCached, StepWaiting, StepOutput, StepFinished,
                           StepFailed, StepCancelled, Transfer, Remark>;
// Called from any thread.
using EventSink = std::function<void(const Event&)>;

// Passes everything on, but a Remark of the same text once.
[[nodiscard]] EventSink with_remarks_once(EventSink sink);

}  // namespace cooper::engine
