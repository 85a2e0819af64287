// The files of a COPY as its key names them, and as the Dockerfile's author knows them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/cache/change.h"
#include "builder/cache/step_key.h"

namespace cooper::cache {

// A key names a file by its source's number and its path in that source: "0:/a.php" is a.php in the
// directory that is the first source.
class CopiedPaths {
 public:
  // The sources of the COPY these parts are of.
  explicit CopiedPaths(const std::vector<KeyPart>& parts);
  // "src/a.php". Where a pattern stands for several sources, only the path below each is known.
  [[nodiscard]] std::string shown(const std::string& place) const;

 private:
  std::vector<std::string> sources_;
  bool patterns_ = false;
};

// "src/a.php changed", "... mode 0644 -> 0664", "... is new", "... is gone", from facts as a key
// holds them: "file 0644 0:0 12 sha256:..".
[[nodiscard]] Change file_change(const std::string& path, const std::optional<std::string>& before,
                                 const std::optional<std::string>& after);

}  // namespace cooper::cache
