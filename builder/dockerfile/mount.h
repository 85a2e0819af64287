// RUN --mount (rows R8 to R13).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "builder/dockerfile/instruction.h"

namespace cooper::dockerfile {

// Expands one option's value; may throw.
using ValueExpander = std::function<std::string(std::string_view value)>;

// Option text ("type=cache,target=/x") -> Mount with values as written. Rules that a variable can
// still change are left to resolve_mount: options whose value holds '$' are not checked beyond
// their keys. Throws base::Error(usage) without a spot.
[[nodiscard]] Mount parse_mount(std::string_view text);

// The mount with every value but `from` expanded and all rules checked: keys that do not fit the
// type, numbers (mode is octal, size may have a unit suffix), words, what a secret must have.
// Throws base::Error(usage) without a spot.
[[nodiscard]] Mount resolve_mount(const Mount& mount, const ValueExpander& expand);

// "64m", "1.5GiB", "4096" -> bytes; throws base::Error(usage).
[[nodiscard]] std::uint64_t parse_size(std::string_view text);

}  // namespace cooper::dockerfile
