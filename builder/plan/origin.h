// What a name in FROM, COPY --from or --mount from= stands for.
#pragma once

#include <string>
#include <variant>

#include "builder/plan/plan.h"

namespace cooper::plan {

struct ScratchOrigin {};
struct StageOrigin {
  std::size_t stage = 0;
};  // index into Dockerfile::stages
struct ImageOrigin {
  ExternalImage image;
};  // an image from outside
struct ContextOrigin {
  std::string context;
};  // a directory: key of TargetRequest::local_contexts
struct TargetOrigin {
  std::string target;
};  // the result of an earlier TargetRequest
using Origin = std::variant<ScratchOrigin, StageOrigin, ImageOrigin, ContextOrigin, TargetOrigin>;

}  // namespace cooper::plan
