// The file system of an image as text, for people and for diff: a line for each path, sorted.
#pragma once

#include <string>

#include "builder/layer/layer_stack.h"

namespace cooper::cli {

// "file", "dir", "link", "char", ...
[[nodiscard]] const char* type_name(layer::EntryType type);

// "0644"
[[nodiscard]] std::string octal(std::uint32_t mode);
[[nodiscard]] std::string hex_text(const std::string& bytes);

// "/etc/passwd file 0644 0:0 1234 sha256:..." Fields: path, type, mode, owner, size, then link=,
// device=, xattr.NAME= (hexadecimal) and the digest, as they apply. Odd bytes of paths are escaped
// as \xNN.
// `times` adds mtime=SECONDS before the digest.
[[nodiscard]] std::string tree_line(const std::string& path, const layer::Entry& entry,
                                    bool times = false);
[[nodiscard]] std::string tree_text(const layer::LayerStack& stack, bool times = false);

}  // namespace cooper::cli
