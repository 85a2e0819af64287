// An image reference: registry/repository[:tag][@digest], with Docker's short forms ("php:8" is
// docker.io/library/php:8). Parsed once at the border; a value is valid (grammar of the
// distribution project).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "oci/digest.h"

namespace cooper::oci {

struct Reference {
  std::string registry;    // host[:port] as written, lower case; docker.io for short forms
  std::string repository;  // library/php
  std::string tag = {};    // empty if none was given and a digest was; else "latest" by default
  std::optional<Digest> digest = {};
  bool operator==(const Reference&) const = default;
};

// Throws base::Error(usage) saying which part is wrong.
[[nodiscard]] Reference parse_reference(std::string_view text);
[[nodiscard]] std::optional<Reference> try_parse_reference(std::string_view text);

// The full form: docker.io/library/php:8.3@sha256:...
[[nodiscard]] std::string to_string(const Reference& reference);
// What a user would write: php:8.3.
[[nodiscard]] std::string familiar(const Reference& reference);

}  // namespace cooper::oci
