#include "builder/export/layout_documents.h"

#include <algorithm>

#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::export_ {
namespace {

constexpr const char* kRefName = "org.opencontainers.image.ref.name";
constexpr const char* kImageName = "io.containerd.image.name";

std::string annotation(const oci::Descriptor& entry, const char* name) {
  const auto found = entry.annotations.find(name);
  return found == entry.annotations.end() ? std::string() : found->second;
}

bool same_name(const oci::Descriptor& a, const oci::Descriptor& b) {
  const std::string name = annotation(a, kImageName);
  if (!name.empty() || !annotation(b, kImageName).empty()) return name == annotation(b, kImageName);
  return a.digest == b.digest && annotation(a, kRefName) == annotation(b, kRefName);
}

}  // namespace

std::string blob_path(const oci::Digest& digest) { return "blobs/sha256/" + digest.hex(); }

std::vector<oci::Descriptor> index_entries(const Image& image,
                                           const std::vector<std::string>& references) {
  oci::Descriptor entry = image.manifest;
  if (image.children.empty()) entry.platform = image.config.platform;
  entry.annotations.clear();
  std::vector<oci::Descriptor> out;
  for (const std::string& text : references) {
    entry.annotations = {{kImageName, text}, {kRefName, oci::parse_reference(text).tag}};
    out.push_back(entry);
  }
  if (out.empty()) out.push_back(entry);
  return out;
}

std::string merged_index(const std::optional<std::string>& old,
                         const std::vector<oci::Descriptor>& entries) {
  oci::Index index;
  if (old) index = oci::parse_index(*old, "");
  index.media_type = oci::media_type::kIndex;
  for (const oci::Descriptor& entry : entries) {
    std::erase_if(index.manifests,
                  [&](const oci::Descriptor& other) { return same_name(other, entry); });
    index.manifests.push_back(entry);
  }
  return oci::to_json(index);
}

}  // namespace cooper::export_
