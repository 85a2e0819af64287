// Finished images out. An Image is values plus blobs in the store; exporters move bytes and never
// change them.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/store/store.h"
#include "oci/image_config.h"
#include "oci/manifest.h"

namespace cooper::export_ {

struct Image {
  std::string name;               // target name, for people
  std::vector<std::string> tags;  // full references
  oci::Descriptor manifest;
  std::string manifest_bytes;
  oci::Manifest parsed;  // of manifest_bytes
  std::string config_bytes;
  oci::ImageConfig config;
  // Blobs that are not in the store but where a base image came from (lazy base layers); called at
  // most once a blob.
  std::function<void(const oci::Descriptor&)> fetch_missing;
  // Not empty: `manifest` is an index of these images, each of one platform and without tags;
  // `parsed`, `config_bytes` and `config` are not used.
  std::vector<Image> children = {};
};

// "linux_arm_v7": the directory of a platform's files.
[[nodiscard]] std::string platform_directory(const oci::Platform& platform);

enum class Kind { registry, oci, docker, tar, local };

// One --output, as buildx writes it: "type=oci,dest=out.tar", "type=registry", "dest" alone is
// local.
struct Destination {
  Kind kind = Kind::oci;
  std::string dest;                               // path; "-" is stdout; empty for registry
  bool as_directory = false;                      // oci: tar=false
  std::map<std::string, std::string> attributes;  // the rest, checked
  std::optional<bool> platform_split = {};        // local, tar; absent: where there are several
};
[[nodiscard]] Destination parse_destination(const std::string& text);

}  // namespace cooper::export_
