// What a change of a file would rebuild, told from the record of a build and the files as they are
// now; nothing is built.
#pragma once

#include <string>
#include <vector>

#include "builder/cache/build_record.h"

namespace cooper {

enum class Effect {
  reads,    // the step takes the file itself
  follows,  // it stands on a step that is rebuilt
  may,      // it copies from a stage that is rebuilt: only if what it copies comes out otherwise
};
[[nodiscard]] std::string_view to_string(Effect effect);

struct Forecast {
  struct Rebuilt {
    std::size_t step;  // index into BuildRecord::steps
    Effect effect;
  };
  std::vector<Rebuilt> steps;  // ascending; empty: nothing would be rebuilt
  std::string remark;          // why nothing would be, or that it is no file like others; or ""
};

// `path` is a host path, absolute. Knows COPY, ADD and RUN --mount of contexts, and the Dockerfile.
// Throws base::Error(usage) when no context of the build holds it.
[[nodiscard]] Forecast forecast_change(const cache::BuildRecord& build, const std::string& path);

}  // namespace cooper
