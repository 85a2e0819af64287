// Any text: refused with an Error, or a document that what we write of it reads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "oci/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper::oci;  // NOLINT(google-build-using-namespace)
  try {
    const auto document = parse_manifest_or_index({reinterpret_cast<const char*>(data), size}, "");
    const std::string text = std::visit([](const auto& value) { return to_json(value); }, document);
    if (parse_manifest_or_index(text, "") != document) std::abort();
  } catch (const cooper::base::Error&) {
    return 0;
  }
  return 0;
}
