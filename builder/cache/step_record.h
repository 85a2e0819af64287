// What the cache keeps of a step that was done, and its text form in the store.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/cache/step_key.h"
#include "oci/digest.h"

namespace cooper::cache {

struct StepRecord {
  StepKey key;
  oci::DiffId diff_id;              // the layer the step made
  std::int64_t created = 0;         // seconds; SOURCE_DATE_EPOCH when that was set
  std::string label = {};           // for people
  std::uint64_t milliseconds = 0;   // how long it took
  std::vector<KeyPart> parts = {};  // kept apart, because a COPY has one for each file
  // Of a quick key: the content key of the same result.
  std::optional<StepKey> content_key = {};
};

// Self-checking text, without the parts. nullopt for what is damaged, of another version or another
// key's.
[[nodiscard]] std::string to_text(const StepRecord& record);
[[nodiscard]] std::optional<StepRecord> try_parse_step_record(std::string_view text,
                                                              const StepKey& key);

}  // namespace cooper::cache
