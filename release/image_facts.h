// What the documents of an image in a registry tell: its version, its age, what an index holds.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/repository.h"

namespace cooper::release {

// org.opencontainers.image.version: the manifest's annotation, else the configuration's label (of
// the first image of an index). nullopt: it has none, or its documents cannot be read.
[[nodiscard]] std::optional<std::string> read_version(const registry::Repository& repository,
                                                      const oci::Digest& digest,
                                                      const std::stop_token& stop);

// The configuration's creation time, seconds since 1970; of an index the youngest of its images.
// nullopt as above.
[[nodiscard]] std::optional<std::int64_t> read_created(const registry::Repository& repository,
                                                       const oci::Digest& digest,
                                                       const std::stop_token& stop);

// All manifests below an index; empty for anything else.
[[nodiscard]] std::vector<oci::Digest> read_children(const registry::Repository& repository,
                                                     const oci::Descriptor& top,
                                                     const std::stop_token& stop);

}  // namespace cooper::release
