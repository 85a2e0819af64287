// Any text is a bake file in HCL or is refused; what is printed of it is a bake file in JSON.
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
  bake::Surroundings surroundings{[](std::string_view name) -> std::optional<std::string> {
    if (name == "A") return "1,2:3";
    return std::nullopt;
  }};
  surroundings.facts.chance = "0123456789abcdef";
  const std::string text(reinterpret_cast<const char*>(data), size);
  std::string printed;
  try {
    const bake::BakeFile file =
        bake::parse_bake_files({{text, "docker-bake.hcl"}}, surroundings, {});
    static_cast<void>(bake::list_variables(file, true));
    static_cast<void>(bake::list_targets(file, false));
    printed = bake::print_json(file, {"*"});
  } catch (const base::Error& error) {
    if (error.spot() && (error.spot()->line < 1 || error.spot()->length < 1)) std::abort();
    return 0;
  }
  try {
    static_cast<void>(bake::parse_bake_files({{printed, "docker-bake.json"}}, surroundings, {}));
  } catch (const base::Error&) {
  }
  return 0;
}
