// Carries out a mount plan in the mount namespace of the calling process, which is the sandbox's
// own.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "builder/sandbox/mount_plan.h"
#include "builder/sandbox/mount_points.h"
#include "builder/sandbox/step_root.h"

namespace cooper::sandbox {

class OpRunner final : public StepRoot {
 public:
  // Cuts the namespace's mounts off from the host's and makes a private scratch tmpfs.
  OpRunner();

  void run(const std::vector<MountOp>& plan) override;
  [[nodiscard]] int root() const override { return points_->root(); }
  void seal() override { points_->seal(); }
  void clean() noexcept override;

 private:
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

  [[nodiscard]] base::Fd special_directory(const char* name);
  [[nodiscard]] base::Fd scratch_directory(mode_t mode);
  [[nodiscard]] base::Fd bind_source(const PlaceBind& op);
  [[nodiscard]] base::Fd stacked_layers(const PlaceBind& op);
  [[nodiscard]] base::Fd throw_away(const base::Fd& source, bool userxattr);
  void write_scratch_file(const std::string& name, int source, mode_t mode);
  [[nodiscard]] std::string next_name();

  base::Fd scratch_, root_, empty_, proc_;
  std::vector<base::Fd> placed_;  // what lies over mount targets
  bool plain_ = false;            // the root is a directory, not an overlay
  std::optional<MountPoints> points_;
  int count_ = 0;
};

}  // namespace cooper::sandbox
