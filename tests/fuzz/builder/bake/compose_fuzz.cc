// Any text is a compose file or is refused. What is behind a line "---env" is its .env.
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
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t cut = text.find("\n---env\n");
  bake::Surroundings surroundings{[](std::string_view name) -> std::optional<std::string> {
    if (name == "A") return "a";
    if (name == "E") return "";
    return std::nullopt;
  }};
  if (cut != std::string::npos)
    surroundings.dot_env = bake::BakeInput{text.substr(cut + 8), ".env"};
  try {
    const bake::BakeFile file =
        bake::parse_bake_files({{text.substr(0, cut), "compose.yaml"}}, surroundings, {});
    static_cast<void>(bake::print_json(file, {"*"}));
  } catch (const base::Error& error) {
    if (error.spot() && (error.spot()->line < 1 || error.spot()->length < 1)) std::abort();
  }
  return 0;
}
