// An archive that ADD unpacks or that is a build context, its bytes in an unnamed temporary file of
// the store's directory.
#pragma once

#include <optional>
#include <string>

#include "builder/layer/archive_spool.h"
#include "builder/store/store.h"

namespace cooper::context {

// nullopt when `file` is not an archive cooper unpacks.
[[nodiscard]] std::optional<layer::ArchiveSpool> try_spool_archive(base::Fd file,
                                                                   const std::string& name,
                                                                   const store::Store& store);

}  // namespace cooper::context
