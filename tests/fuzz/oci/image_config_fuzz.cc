// Any text: refused with an Error, or a config that what we write of it reads back as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "base/error.h"
#include "oci/image_config.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper::oci;  // NOLINT(google-build-using-namespace)
  std::optional<ImageConfig> config;
  try {
    config = parse_image_config({reinterpret_cast<const char*>(data), size});
  } catch (const cooper::base::Error&) {
    return 0;
  }
  const std::string text = to_json(*config);
  const ImageConfig again = parse_image_config(text);
  if (again != *config || to_json(again) != text) std::abort();
  return 0;
}
