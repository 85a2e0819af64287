// SOURCE_DATE_EPOCH: the time that images of this build carry, and no file is newer than it (row
// A8).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "builder/plan/plan.h"

namespace cooper::plan {

// Where the time is from when it is no number.
struct ContextEpoch {
  std::string name;  // of the named context; "" is the main one
};
struct AddressEpoch {  // what the only ADD of a stage fetches
  std::string address, checksum;
  bool keep_git_dir = false;
  dockerfile::SourceRange where;
};
using EpochSource = std::variant<ContextEpoch, AddressEpoch>;

// The build argument, else the default of a global ARG, of one target: "context", a named context
// or a stage; nullopt for a number or nothing. Throws base::Error(usage): none of these, or a
// stage that is more than FROM scratch, ARG and one ADD from elsewhere.
[[nodiscard]] std::optional<EpochSource> epoch_source(const TargetRequest& request);

// `seconds` takes the place of what epoch_source found; nullopt: there is no time.
void set_epoch(TargetRequest& request, std::optional<std::int64_t> seconds);

// Seconds; an empty value is none. All targets of one build have one time, also those that say
// none. Throws base::Error(usage): not a number of seconds, or two targets say different ones.
[[nodiscard]] std::optional<std::int64_t> source_date_epoch(
    const std::vector<TargetRequest>& requests);

}  // namespace cooper::plan
