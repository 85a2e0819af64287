// The JSON form of an instruction: ["a", "b"] over the whole rest of its line (row P17).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cooper::dockerfile {

struct StringArray {
  enum class Form {
    strings,  // an array of strings
    mixed,    // valid JSON, but not an array of strings only
    other,    // no JSON array: the shell form
  } form = Form::other;
  std::vector<std::string> strings;
};

// Escapes are decoded; a lone surrogate becomes U+FFFD. Arrays nested deeper than 100 count as no
// JSON.
[[nodiscard]] StringArray parse_string_array(std::string_view text);

}  // namespace cooper::dockerfile
