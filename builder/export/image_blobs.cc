#include "builder/export/image_blobs.h"

#include <unistd.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "oci/reference.h"

namespace cooper::export_ {

std::vector<oci::Descriptor> blobs_of(const Image& image) {
  std::vector<oci::Descriptor> out;
  std::set<oci::Digest> seen;
  const auto add = [&](const oci::Descriptor& blob) {
    if (seen.insert(blob.digest).second) out.push_back(blob);
  };
  for (const Image& child : image.children) {
    for (const oci::Descriptor& blob : blobs_of(child)) add(blob);
  }
  if (!image.children.empty()) return out;
  add(image.parsed.config);
  for (const oci::Descriptor& layer : image.parsed.layers) add(layer);
  return out;
}

std::vector<Document> documents_of(const Image& image) {
  std::vector<Document> out;
  for (const Image& child : image.children) out.push_back({child.manifest, child.manifest_bytes});
  out.push_back({image.manifest, image.manifest_bytes});
  return out;
}

void require_blob(const Image& image, const store::Store& store, const oci::Descriptor& blob) {
  if (store.has_blob(blob.digest)) return;
  if (image.fetch_missing) image.fetch_missing(blob);
  if (store.has_blob(blob.digest)) return;
  throw base::Error(base::ErrorKind::not_found, "export", image.name,
                    "blob " + blob.digest.to_string() + " is not in the store " + store.path());
}

std::unique_ptr<base::Source> open_blob_at(const store::Store& store, const oci::Descriptor& blob,
                                           std::uint64_t offset) {
  const std::string name = blob.digest.to_string();
  if (offset == 0 && store.has_blob(blob.digest) && !store.verify_blob(blob.digest)) {
    throw base::Error(base::ErrorKind::corrupt, "read blob", name,
                      "the copy in the store was damaged and is set aside")
        .with_hint("build again: it is made anew");
  }
  std::optional<base::Fd> file = store.open_blob_fd(blob.digest);
  if (!file)
    throw base::Error(base::ErrorKind::not_found, "read blob", name, "it is not in the store");
  if (lseek(file->get(), static_cast<off_t>(offset), SEEK_SET) < 0)
    base::throw_errno("seek in blob", name);
  return std::make_unique<base::FdSource>(*std::move(file), name);
}

std::vector<std::string> references_of(const Image& image, const Destination& destination) {
  const auto name = destination.attributes.find("name");
  if (name == destination.attributes.end()) return image.tags;
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= name->second.size();) {
    const std::size_t comma = std::min(name->second.find(',', at), name->second.size());
    out.push_back(oci::to_string(oci::parse_reference(name->second.substr(at, comma - at))));
    at = comma + 1;
  }
  return out;
}

std::string platform_directory(const oci::Platform& platform) {
  std::string name = oci::to_string(oci::normalize(platform));
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

}  // namespace cooper::export_
