// Any text is a bake file or is refused; so is what is printed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "builder/bake/bake_file.h"

using namespace cooper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const bake::Environment nothing = [](std::string_view) -> std::optional<std::string> {
    return std::nullopt;
  };
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string printed;
  try {
    const bake::BakeFile file = bake::parse_bake_files({{text, "docker-bake.json"}}, {nothing}, {});
    printed = bake::print_json(file, {"*"});
  } catch (const base::Error&) {
    return 0;
  }
  try {
    static_cast<void>(bake::parse_bake_files({{printed, "docker-bake.json"}}, {nothing}, {}));
  } catch (const base::Error&) {
  }
  return 0;
}
