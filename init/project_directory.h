// A repository on disk beside the files it should have. Paths are resolved below its root and
// follow no link out of it (base/file_at.h).
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "init/parameters.h"
#include "init/scaffold.h"

namespace cooper::init {

enum class FileState {
  absent,
  same,
  differs,
  blocked,  // a directory is in its place, or something that is none where its directory should be
};

struct FileComparison {
  FileState state = FileState::absent;
  std::string diff;  // from what is there to what should be; modes and links in words
};

class ProjectDirectory {
 public:
  // Throws base::Error: not_found if there is no such directory, usage if it holds no Laravel
  // application.
  explicit ProjectDirectory(const std::string& path);

  [[nodiscard]] std::optional<Parameters> kept_parameters() const;
  [[nodiscard]] FileComparison compare(const ProjectFile& file) const;
  // Replaces what is there; missing directories are made. Throws for what is blocked.
  void write(const ProjectFile& file) const;
  [[nodiscard]] bool has(const std::string& path) const;

 private:
  std::string path_;
  base::Fd root_;
};

}  // namespace cooper::init
