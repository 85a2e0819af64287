// A tar archive, or a single file, as a build context (row I9): nothing is unpacked, members are
// looked up in an index and their bytes read from the spool. Owners, modes and times are the
// archive's. Ignore files do not apply (row I7).
#pragma once

#include <memory>
#include <string>

#include "base/fd.h"
#include "builder/layer/file_tree.h"
#include "builder/store/store.h"

namespace cooper::context {

// nullptr when `file` (read from its start) is no archive. `store` outlives the tree.
[[nodiscard]] std::unique_ptr<layer::FileTree> try_open_archive_context(base::Fd file,
                                                                        const std::string& name,
                                                                        const store::Store& store);

// A context that has one file (mode 0600, time `mtime`) called `file_name`; `name` is the
// context's.
[[nodiscard]] std::unique_ptr<layer::FileTree> make_file_context(base::Fd file,
                                                                 const std::string& file_name,
                                                                 std::int64_t mtime,
                                                                 const std::string& name,
                                                                 const store::Store& store);

// A context without any file.
[[nodiscard]] std::unique_ptr<layer::FileTree> make_empty_context(const std::string& name,
                                                                  const store::Store& store);

}  // namespace cooper::context
