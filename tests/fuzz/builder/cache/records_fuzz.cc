// Any body under a right checksum, as a record of a step and of a build: absent, or a record that
// reads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "builder/cache/build_record.h"
#include "builder/cache/step_record.h"
#include "builder/store/checked_text.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper;  // NOLINT(google-build-using-namespace)
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::string id(32, 'a');
  const cache::StepKey key{std::string(64, '1')};
  for (const std::string& text : {body, store::with_checksum(body)}) {
    if (const auto record = cache::try_parse_step_record(text, key)) {
      const std::string again = cache::to_text(*record);
      const auto same = cache::try_parse_step_record(again, key);
      if (!same || cache::to_text(*same) != again) std::abort();
    }
    if (const auto record = cache::try_parse_build_record(text, id)) {
      const std::string again = cache::to_text(*record);
      const auto same = cache::try_parse_build_record(again, id);
      if (!same || cache::to_text(*same) != again) std::abort();
    }
  }
  return 0;
}
