#include "cli/progress.h"

#include "cli/plain_progress.h"

namespace cooper::cli {

std::unique_ptr<Progress> make_progress(const std::string& mode) {
  return std::make_unique<PlainProgress>(mode == "quiet" || mode == "none");
}

}  // namespace cooper::cli
