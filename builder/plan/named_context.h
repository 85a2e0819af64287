// Named contexts of a request (--build-context name=...): they come before stages and images of
// that name (row F2).
#pragma once

#include <optional>
#include <string>

#include "builder/plan/origin.h"

namespace cooper::plan {

// The named context for `name` ("name::platform" before "name"; names compare as references do, so
// that docker.io/library/php:8 is php:8). "scratch" and "context" never name one. `where` is for
// the error of a later step.
[[nodiscard]] std::optional<Origin> find_named_context(const TargetRequest& request,
                                                       const std::string& name,
                                                       const oci::Platform& platform,
                                                       const dockerfile::SourceRange& where);

// An outside image by reference. Throws base::Error(usage) when `name` is no reference.
[[nodiscard]] ImageOrigin image_origin(const TargetRequest& request, const std::string& name,
                                       const oci::Platform& platform,
                                       const dockerfile::SourceRange& where);

}  // namespace cooper::plan
