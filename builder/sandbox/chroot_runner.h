// The file system of a step where nothing can be mounted: a complete directory, with other things
// put in the places of mount targets for as long as the step runs.
//
// How: what a mount would show lies ready on the same file system (scratch, or where it lives) and
// changes places with its target by one rename; afterwards it changes back. So caches keep what the
// step wrote, targets are as they were, and nothing of it gets into a layer. If the builder's
// machine stops in between, the whole root is thrown away, and with it the caches that were in it.
// Secrets are not written at all: a file of the right size stands for each, full of zeros, and
// ProcServer hands out the bytes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "builder/sandbox/mount_points.h"
#include "builder/sandbox/proc_server.h"
#include "builder/sandbox/step_root.h"

namespace cooper::sandbox {

class ChrootRunner final : public StepRoot {
 public:
  void run(const std::vector<MountOp>& plan) override;
  [[nodiscard]] int root() const override { return points_->root(); }
  void seal() override { points_->seal(); }
  void clean() noexcept override;

  // What opens of these files get instead. Valid after run().
  [[nodiscard]] const std::vector<ServedFile>& served() const { return served_; }

 private:
  // Two things that changed places; `ours` is known by its inode.
  struct Swap {
    MountPoints::Spot spot;
    std::string aside;  // in scratch: the target as it was
    dev_t device = 0;
    ino_t inode = 0;
    base::Fd home;  // where ours came from, if it goes back there
    std::string home_name;
  };

  void apply(const MountRoot& op);
  void apply(const MountProc& op);
  void apply(const MountSys& op);
  void apply(const MountDev& op);
  void apply(const MaskPath& op);
  void apply(const LockPath& op);
  void apply(const PlaceBind& op);
  void apply(const PlaceTmpfs& op);
  void apply(const PlaceFile& op);
  void apply(const SealRoot& op);
  void apply(const EnterRoot& op);

  void require_directory(const char* name);
  void put_empty(const char* target);
  [[nodiscard]] std::string next_name() { return "d" + std::to_string(count_++); }
  // Puts `name` of scratch in the place of `target`.
  Swap& put(const std::string& name, const std::string& target, bool directory);
  void put_back(const Swap& swap) noexcept;

  base::Fd scratch_;
  std::optional<MountPoints> points_;
  std::vector<Swap> swaps_;
  std::vector<ServedFile> served_;
  int count_ = 0;
};

}  // namespace cooper::sandbox
