// An image of a `docker save` archive: its manifest.json form, or the OCI layout inside newer ones.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/source/image_source.h"
#include "builder/source/layout_files.h"

namespace cooper::source {

// One entry of manifest.json.
struct SavedImage {
  std::string config;               // path in the archive
  std::vector<std::string> tags;    // RepoTags
  std::vector<std::string> layers;  // paths, lowest first
};
// Throws base::Error(corrupt).
[[nodiscard]] std::vector<SavedImage> parse_saved_images(std::string_view json,
                                                         const std::string& name);

class DockerArchiveSource final : public ImageSource {
 public:
  // `reference`: as RepoTags has it, or empty when the archive holds one image only.
  DockerArchiveSource(std::shared_ptr<LayoutFiles> files, std::string reference);
  [[nodiscard]] ResolvedImage resolve(const oci::Platform& platform, std::stop_token stop) override;

 private:
  [[nodiscard]] ResolvedImage resolve_saved(const SavedImage& image,
                                            const oci::Platform& platform) const;

  std::shared_ptr<LayoutFiles> files_;
  std::string reference_;
  std::string name_;
};

}  // namespace cooper::source
