// The files that a repository gets: the templates with the example's names replaced. Pure.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "init/parameters.h"
#include "init/template_file.h"

namespace cooper::init {

struct ProjectFile {
  std::string path;  // relative, in the repository
  mode_t mode;       // 0: a symbolic link to `content`
  std::string content;
  bool operator==(const ProjectFile&) const = default;
};

// The parameters must have passed check(). The last file is kParametersFile. Throws
// base::Error(failure) if a template no longer has what is to be replaced in it.
[[nodiscard]] std::vector<ProjectFile> make_scaffold(const std::vector<TemplateFile>& templates,
                                                     const Parameters& parameters);

}  // namespace cooper::init
