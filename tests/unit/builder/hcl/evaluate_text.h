// One expression without a file around it: what it gives, or how it fails.
#pragma once

#include <string>

#include "builder/hcl/evaluator.h"

namespace cooper::hcl {

// As JSON; for an error "LINE:COLUMN cause [hint]". `two` is 2, `list` is ["a", "b"].
[[nodiscard]] std::string evaluate_text(const std::string& text, const Facts& facts = {});

}  // namespace cooper::hcl
