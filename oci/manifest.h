// Image manifests and indexes (OCI and Docker schema 2). Received documents are byte-exact: hash
// the text you got, keep it, never re-serialise. Strict: duplicate JSON keys, a document that is
// both manifest and index, schema 1, media type disagreement, and foreign-layer URLs are refused
// (base::Error(corrupt) or (unsupported)).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "oci/descriptor.h"

namespace cooper::oci {

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;
  std::map<std::string, std::string> annotations = {};
  bool operator==(const Manifest&) const = default;
};

struct Index {
  std::string media_type;
  std::vector<Descriptor> manifests;
  std::map<std::string, std::string> annotations = {};
  bool operator==(const Index&) const = default;
};

// `media_type` is what the transport said (may be empty: then the document's own or its shape
// decides).
[[nodiscard]] std::variant<Manifest, Index> parse_manifest_or_index(std::string_view json,
                                                                    std::string_view media_type);
[[nodiscard]] Manifest parse_manifest(std::string_view json, std::string_view media_type);
[[nodiscard]] Index parse_index(std::string_view json, std::string_view media_type);

// Deterministic bytes.
[[nodiscard]] std::string to_json(const Manifest& manifest);
[[nodiscard]] std::string to_json(const Index& index);

// The manifest of `index` for `want`: the first of just that platform, else the compatible one of
// the newest variant; nullptr if there is none. Attestation entries (platform unknown/unknown)
// never match.
[[nodiscard]] const Descriptor* find_platform(const Index& index, const Platform& want);

}  // namespace cooper::oci
