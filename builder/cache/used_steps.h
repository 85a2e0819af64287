// What one build used: the records of its steps, found or made, and its cache mounts. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "builder/cache/step_record.h"
#include "builder/plan/build_graph.h"

namespace cooper::cache {

class UsedSteps {
 public:
  void note(plan::StepId step, StepRecord record);
  // A record that came from elsewhere and is not in the store yet.
  void note_taken(StepRecord record);
  // A cache mount that a RUN step had; `directory` is its name below mounts/.
  void note_mount(plan::StepId step, const std::string& id, const std::string& directory);

  // To be called when the steps are done.
  [[nodiscard]] const std::vector<StepRecord>& of(plan::StepId step) const;
  [[nodiscard]] const std::vector<StepRecord>& taken() const { return taken_; }
  [[nodiscard]] std::map<std::string, std::string> mounts_of(plan::StepId step) const;
  void forget();  // all of it

 private:
  mutable std::mutex mutex_;
  std::map<plan::StepId, std::vector<StepRecord>> records_;
  std::map<plan::StepId, std::map<std::string, std::string>> mounts_;
  std::vector<StepRecord> taken_;
};

}  // namespace cooper::cache
