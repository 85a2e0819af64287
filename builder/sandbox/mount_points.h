// Mount targets in a root file system that is being prepared: found without ever leaving the root,
// made when missing, and taken away again afterwards so that they never become part of a layer.
//
// Making a target in an overlay copies its parent directories into the upper directory. clean()
// removes, in the upper directory itself and by inode, every stub that is still the same and empty,
// then every such copy that nothing else has changed, and puts the parents' times back.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"

namespace cooper::sandbox {

class MountPoints {
 public:
  // `root`: the new root as the step will see it. `upper`: the directory where its changes land
  // (may be the same).
  MountPoints(base::Fd root, base::Fd upper);

  // Opens (O_PATH) the directory or file `target`, links resolved in the root; makes it when
  // missing. Throws Error when something of another kind is there.
  [[nodiscard]] base::Fd directory(std::string_view target);
  [[nodiscard]] base::Fd file(std::string_view target);

  // The directory that holds the target, and its name there (chroot mode puts something else in its
  // place).
  struct Spot {
    base::Fd parent;
    std::string name;
  };
  [[nodiscard]] Spot spot(std::string_view target, bool directory);

  [[nodiscard]] int root() const { return root_.get(); }

  // Call once all targets are made and before the step runs.
  void seal();
  // Call after every process of the step has ended.
  void clean() noexcept;

 private:
  enum class Kind { stub_file, stub_directory, copied_directory };
  struct Made {
    base::Fd parent;  // in the upper directory
    std::string name;
    Kind kind;
    struct stat status;  // of a copy: as it was below; of a stub: its identity
    ino_t inode = 0;
    timespec changed{};  // ctime at seal()
    bool untouched = false;
  };
  struct Place {
    std::string name;
    base::Fd fd;
  };
  using Places = std::vector<Place>;

  [[nodiscard]] Places find(std::string_view target, bool want_directory);
  void make(const Places& places, const std::string& name, bool directory);
  void note(const std::string& parent, const std::string& name, Kind kind,
            const struct stat& status);
  [[nodiscard]] int top(const Places& places) const;

  base::Fd root_, upper_;
  std::uint64_t root_mount_;
  std::vector<Made> made_;
};

}  // namespace cooper::sandbox
