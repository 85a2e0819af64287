// A typed reference to a blob (OCI image specification, "descriptor").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "oci/digest.h"
#include "oci/platform.h"

namespace cooper::oci {

struct Descriptor {
  std::string media_type;
  Digest digest;
  std::uint64_t size = 0;
  std::map<std::string, std::string> annotations = {};
  std::optional<Platform> platform = {};  // in an index only
  std::optional<std::string> artifact_type = {};
  bool operator==(const Descriptor&) const = default;
};

}  // namespace cooper::oci
