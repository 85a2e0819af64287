// A parsed Dockerfile as one line of text per instruction, for tables of cases.
#pragma once

#include <string>
#include <string_view>

#include "builder/dockerfile/dockerfile.h"

namespace cooper::dockerfile {

[[nodiscard]] std::string dump(const Instruction& instruction);
// Global ARGs and stages, one instruction a line.
[[nodiscard]] std::string dump(const Dockerfile& file);

// What parse_dockerfile throws for `text`: "line:column+length cause [hint]"; "no error" if it
// parses.
[[nodiscard]] std::string error_of(std::string_view text);
// The same without the hint.
[[nodiscard]] std::string cause_of(std::string_view text);

}  // namespace cooper::dockerfile
