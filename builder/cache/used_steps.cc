#include "builder/cache/used_steps.h"

namespace cooper::cache {

void UsedSteps::note(plan::StepId step, StepRecord record) {
  record.parts.clear();
  const std::lock_guard guard(mutex_);
  records_[step].push_back(std::move(record));
}

void UsedSteps::note_taken(StepRecord record) {
  const std::lock_guard guard(mutex_);
  taken_.push_back(std::move(record));
}

void UsedSteps::note_mount(plan::StepId step, const std::string& id, const std::string& directory) {
  const std::lock_guard guard(mutex_);
  mounts_[step][id] = directory;
}

const std::vector<StepRecord>& UsedSteps::of(plan::StepId step) const {
  static const std::vector<StepRecord> kNone;
  const auto found = records_.find(step);
  return found == records_.end() ? kNone : found->second;
}

std::map<std::string, std::string> UsedSteps::mounts_of(plan::StepId step) const {
  const auto found = mounts_.find(step);
  return found == mounts_.end() ? std::map<std::string, std::string>() : found->second;
}

void UsedSteps::forget() {
  const std::lock_guard guard(mutex_);
  taken_.clear();
  records_.clear();
  mounts_.clear();
}

}  // namespace cooper::cache
