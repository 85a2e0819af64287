// The first line is a value of $a; the rest is the word.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "builder/dockerfile/expand.h"

using namespace cooper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string value(text.substr(0, end));
  const std::string_view word = end == std::string_view::npos ? text : text.substr(end + 1);
  const dockerfile::Lookup lookup = [&value](std::string_view name) -> std::optional<std::string> {
    if (name == "a") return value;
    if (name == "b") return "";
    return std::nullopt;
  };
  for (const char escape : {'\\', '`'}) {
    for (const auto quotes : {dockerfile::Quotes::process, dockerfile::Quotes::keep}) {
      try {
        static_cast<void>(dockerfile::expand(word, lookup, escape, quotes));
      } catch (const base::Error&) {
      }
    }
    try {
      static_cast<void>(dockerfile::expand_words(word, lookup, escape));
    } catch (const base::Error&) {
    }
  }
  return 0;
}
