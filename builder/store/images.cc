// Store: tagged images, kept in index.json as the OCI image layout says.

#include <algorithm>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/store/store_state.h"
#include "oci/manifest.h"

namespace cooper::store {
namespace {

constexpr std::uint64_t kMaxIndexBytes = 64U << 20;
constexpr const char* kRefName = "org.opencontainers.image.ref.name";

oci::Index read_index(int root) {
  return oci::parse_index(base::read_file_at(root, "index.json", kMaxIndexBytes), "");
}

std::string ref_name(const oci::Descriptor& entry) {
  const auto found = entry.annotations.find(kRefName);
  return found == entry.annotations.end() ? std::string() : found->second;
}

}  // namespace

void Store::tag_image(const std::string& reference, const oci::Descriptor& manifest) const {
  flush();
  const Lock guard = lock("images", "index", {});
  oci::Index index = read_index(state_->root.get());
  oci::Descriptor entry = manifest;
  entry.annotations[kRefName] = reference;
  if (std::find(index.manifests.begin(), index.manifests.end(), entry) != index.manifests.end())
    return;  // as in a build of which nothing changed
  std::erase_if(index.manifests,
                [&](const oci::Descriptor& other) { return ref_name(other) == reference; });
  index.manifests.push_back(std::move(entry));
  base::write_file_at(state_->root.get(), "index.json", oci::to_json(index));
}

std::optional<oci::Descriptor> Store::find_image(const std::string& reference) const {
  for (const TaggedImage& image : list_images()) {
    if (image.reference == reference) return image.manifest;
  }
  return std::nullopt;
}

std::vector<Store::TaggedImage> Store::list_images() const {
  std::vector<TaggedImage> images;
  for (oci::Descriptor& entry : read_index(state_->root.get()).manifests) {
    std::string name = ref_name(entry);
    entry.annotations.erase(kRefName);
    images.push_back({std::move(name), std::move(entry)});
  }
  return images;
}

bool Store::untag_image(const std::string& reference) const {
  const Lock guard = lock("images", "index", {});
  oci::Index index = read_index(state_->root.get());
  const std::size_t removed = std::erase_if(
      index.manifests, [&](const oci::Descriptor& entry) { return ref_name(entry) == reference; });
  if (removed > 0) base::write_file_at(state_->root.get(), "index.json", oci::to_json(index));
  return removed > 0;
}

}  // namespace cooper::store
