// COPY and ADD: sources sorted by kind, destination made absolute, flags expanded and checked (rows
// C1-C21, H5).
#pragma once

#include <string>

#include "builder/plan/expander.h"

namespace cooper::plan {

struct PlannedCopy {
  CopyOp op;
  std::string destination;  // expanded, as written: for the history
};

// All but CopyOp::from, which needs the stages. Throws base::Error(usage).
[[nodiscard]] PlannedCopy plan_copy(const dockerfile::Copy& copy, const StageState& state,
                                    const Expander& expander);

// What an ADD source is by its spelling (rows C18, C19).
[[nodiscard]] CopySource::Kind source_kind(const std::string& source);

// `path` seen from `workdir`: absolute and clean, a trailing "/" (or "/.") kept as "/", "" and "."
// are a directory.
[[nodiscard]] std::string absolute_destination(const std::string& path, const std::string& workdir);

// Octal up to 7777, or symbolic as chmod(1) reads it (row C12).
[[nodiscard]] bool is_mode(const std::string& text);

}  // namespace cooper::plan
