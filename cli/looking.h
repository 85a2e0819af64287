// The JSON of the commands that look at images: inspect, manifest, ls, diff, tree, validate,
// verify.
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "images/config_difference.h"
#include "images/copy_image.h"
#include "images/document_source.h"
#include "images/rebuild_difference.h"
#include "images/tree_difference.h"
#include "images/validate.h"

namespace cooper::cli {

// {"repository": .., "tags": [..]}: strings if the table has one column, else objects.
[[nodiscard]] std::string tags_json(const std::string& repository, const Table& tags);

// {"name", "digest", "mediaType", "size", "created", "platform", "labels", "annotations", "layers",
// ...} of an image; of an index its "manifests". `config` is empty for an index.
[[nodiscard]] std::string inspect_json(const std::string& name, const images::Document& top,
                                       const std::string& config);

// {"digest", "mediaType", "size", "manifest": the document}.
[[nodiscard]] std::string manifest_json(const images::Document& document);

// {"same": .., "config": [{member, before, after}], "paths": [{path, change, what}]}
[[nodiscard]] std::string difference_json(const std::vector<images::MemberDifference>& config,
                                          const std::vector<images::PathDifference>& paths);

// {"valid": .., "documents", "layers", "bytes", "disagreements": [{thing, cause}]}
[[nodiscard]] std::string validation_json(const images::Validation& validation);

// {"destination", "digest", "mediaType", "size", "copiedBytes", "reusedBytes"}
[[nodiscard]] std::string copy_json(const std::string& destination,
                                    const images::CopyReport& report);

// {"digest", "paths": [{path, type, mode, uid, gid, size, mtime, link, device, xattrs, digest}],
// "config": the document}. Bytes of names and links that are no UTF-8 are replaced; values of
// attributes are hexadecimal.
[[nodiscard]] std::string tree_json(const oci::Digest& image, const layer::LayerStack& stack,
                                    const std::string& config);

// {"same": .., "image": digest, "rebuilt": digest, "platforms": [{platform, same, layer, config,
// manifest, paths}]}; "layer" is the first that differs, or null.
struct RebuildDifference {
  std::string platform;
  bool same = false;
  std::optional<images::LayerDifference> layer = {};
  std::vector<images::MemberDifference> config = {}, manifest = {};
  std::vector<images::PathDifference> paths = {};
};
[[nodiscard]] std::string rebuild_json(const oci::Digest& image, const oci::Digest& rebuilt,
                                       const std::vector<RebuildDifference>& platforms);

[[nodiscard]] const char* to_string(images::PathDifference::Kind kind);

}  // namespace cooper::cli
