// bzip2 and xz, for ADD of a local archive: libarchive's own filters, none that runs another
// program.
#pragma once

#include <memory>
#include <string>

#include "base/source.h"

namespace cooper::layer {

// `inner` outlives the result. Errors of the data are base::Error(corrupt).
[[nodiscard]] std::unique_ptr<base::Source> make_archive_filter(base::Source& inner,
                                                                const std::string& name);

}  // namespace cooper::layer
