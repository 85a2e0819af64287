// A directory as a build context: a FileTree with ignore rules, content digests through the stat
// index, and modes as a checkout means them. Opens a file only when its digest is not known or its
// bytes are copied. Owners are 0:0 (row K3).
//
// A name is looked at once: what was seen then holds for the whole build, and a file that has
// changed since when it is read is an Error. Directories are read only when a COPY names them.
#pragma once

#include <memory>
#include <string>

#include "builder/context/stat_index.h"
#include "builder/dockerfile/pattern.h"
#include "builder/layer/file_tree.h"

namespace cooper::context {

// What a file's mode means. A checkout's modes beyond the owner's x bit are an accident of the
// umask.
enum class Modes {
  keep,       // as on disk, as BuildKit does
  normalize,  // files 0644 or 0755, directories 0755; modes with setuid, setgid or sticky bits are
              // kept
};

struct LocalContextOptions {
  Modes modes = Modes::keep;
  unsigned threads = 0;  // for looking and hashing; 0: all cores
};

// `index` outlives the tree. `path` is the user's: links in it are followed; nothing outside it is
// ever reached.
[[nodiscard]] std::unique_ptr<layer::FileTree> open_local_context(
    const std::string& path, std::string display_name, dockerfile::IgnoreRules ignore,
    StatIndex& index, const LocalContextOptions& options);

}  // namespace cooper::context
