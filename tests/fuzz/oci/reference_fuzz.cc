// Any text: refused with an Error, or a reference that reads back from both of its forms.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "oci/reference.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper::oci;  // NOLINT(google-build-using-namespace)
  const auto reference = try_parse_reference({reinterpret_cast<const char*>(data), size});
  if (!reference) return 0;
  if (try_parse_reference(to_string(*reference)) != *reference) std::abort();
  if (try_parse_reference(familiar(*reference)) != *reference) std::abort();
  return 0;
}
