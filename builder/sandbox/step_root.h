// Makes the file system that a step sees, from a mount plan, and takes it apart again: with mounts
// (OpRunner) or without (ChrootRunner).
#pragma once

#include <vector>

#include "builder/sandbox/mount_plan.h"

namespace cooper::sandbox {

class StepRoot {
 public:
  StepRoot() = default;
  StepRoot(const StepRoot&) = delete;
  StepRoot& operator=(const StepRoot&) = delete;
  virtual ~StepRoot() = default;

  // Throws an Error that begins with the operation's text.
  virtual void run(const std::vector<MountOp>& plan) = 0;
  // Valid after run(): the step's root, for reading its passwd.
  [[nodiscard]] virtual int root() const = 0;
  // Call before the step runs, and when every process of it has ended: no mount target is left in a
  // layer.
  virtual void seal() = 0;
  virtual void clean() noexcept = 0;
};

}  // namespace cooper::sandbox
