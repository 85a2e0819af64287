// The files of this project that `cooper init` makes a repository's own from, embedded when cooper
// is built: init/templates.txt lists them, cmake/EmbedTemplates.cmake writes the source of
// template_files().
#pragma once

#include <sys/types.h>

#include <string_view>
#include <vector>

namespace cooper::init {

struct TemplateFile {
  std::string_view path;  // in the repository that is made, with the example's names
  mode_t mode;            // 0: a symbolic link, whose target is `text`
  std::string_view text;
};

// In the order of the list; lives as long as the program.
[[nodiscard]] const std::vector<TemplateFile>& template_files();

}  // namespace cooper::init
