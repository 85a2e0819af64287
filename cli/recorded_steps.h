// Which build and which of its steps a person means.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/cache/build_history.h"

namespace cooper::cli {

struct Question {
  cache::BuildRecord build;
  std::vector<std::size_t> steps;  // ascending
};

// Each may be empty: then it is the newest build (that has the target), all its targets, all steps.
// `target` is a name of a target, a tag or a stage; if it is none but the number of a step, it is
// taken as one. `step`: "5", "#5", or a part of a label. Throws base::Error(not_found).
[[nodiscard]] Question find_question(const cache::BuildHistory& history, const std::string& build,
                                     const std::string& target, const std::string& step);

// The same among builds that run now, the newest first: `what` is an id, a target, a tag, a stage
// or the number of a step. nullopt: there is none such.
[[nodiscard]] std::optional<Question> find_running(const std::vector<cache::BuildRecord>& builds,
                                                   const std::string& what,
                                                   const std::string& step);

}  // namespace cooper::cli
