// The JSON of the commands that look at images: inspect, manifest, ls, diff, validate.
#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "images/config_difference.h"
#include "images/copy_image.h"
#include "images/document_source.h"
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

[[nodiscard]] const char* to_string(images::PathDifference::Kind kind);

}  // namespace cooper::cli
