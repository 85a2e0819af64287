// What one build did, kept so that later questions can be answered: which steps were hits, why the
// others were not, what a change of a file would rebuild. A document of the store (kind "builds").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/cache/change.h"
#include "oci/digest.h"

namespace cooper::cache {

enum class StepOutcome {
  none,  // not reached, or nothing to do: a base image
  cached,
  done,
  failed,
  cancelled,
};
[[nodiscard]] std::string_view to_string(StepOutcome outcome);

struct RecordedStep {
  std::string operation;    // scratch, base, run, copy, add, workdir
  std::string label;        // "[app 3/7] COPY . ."
  std::string stage, file;  // of the Dockerfile
  int line = 0;
  std::optional<std::size_t> parent;  // index into BuildRecord::steps
  std::vector<std::size_t> inputs;    // other steps whose files it reads
  std::string key;                    // hex; "" when it was not made
  std::optional<oci::DiffId> layer;   // what it gave
  StepOutcome outcome = StepOutcome::none;
  std::uint64_t milliseconds = 0;
  std::vector<Change> changes;           // why it was no hit; at most kMaxChanges
  std::uint64_t more_changes = 0;        // how many were left out
  std::vector<oci::DiffId> base_layers;  // base: its layers
  std::string image, image_digest;       // base: its name and manifest
  std::string context, ignore_file;  // copy, add, run: the directory files come from, on the host
  std::vector<std::string> sources;  // paths or patterns below it
  std::vector<std::string> excludes;
  bool alone = false;  // COPY --link: its parent's files do not matter
};

struct RecordedTarget {
  std::string name;  // of the bake file; "" for build
  std::string stage;
  std::vector<std::string> tags;
  std::size_t result = 0;  // its last step
  std::string digest;      // of the manifest; "" when it was not made
};

struct BuildRecord {
  static constexpr std::size_t kMaxChanges = 100;

  std::string id;                  // its name in the store, sorted by time
  std::int64_t started = 0;        // seconds
  std::uint32_t microseconds = 0;  // of `started`; only for the order of ids
  std::uint64_t milliseconds = 0;
  std::string error;  // "" when it went well
  std::vector<RecordedTarget> targets;
  std::vector<RecordedStep> steps;

  // The layers of a step's file system, lowest first; those of steps that were not made are
  // missing.
  [[nodiscard]] std::vector<oci::DiffId> stack_of(std::size_t step) const;
  // The steps a target is made of, itself and all it reads, in ascending order.
  [[nodiscard]] std::vector<std::size_t> steps_of(const RecordedTarget& target) const;
  // "app", or a tag, or the stage: what people call a target.
  [[nodiscard]] static std::string name_of(const RecordedTarget& target);
};

// JSON with a checksum before it.
[[nodiscard]] std::string to_text(const BuildRecord& record);
// nullopt for what is damaged or of another version.
[[nodiscard]] std::optional<BuildRecord> try_parse_build_record(std::string_view text,
                                                                const std::string& id);

}  // namespace cooper::cache
