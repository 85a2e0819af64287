#include "builder/upkeep/contents.h"

#include "base/error.h"
#include "builder/cache/build_history.h"
#include "builder/cache/step_cache.h"
#include "oci/image_config.h"
#include "oci/media_type.h"

namespace cooper::upkeep {
namespace {

constexpr int kMaxDepth = 4;  // of indexes in indexes

void add_document(const store::Store& store, const oci::Descriptor& document, StoredImage& image,
                  int depth) {
  image.blobs.insert(document.digest.hex());
  const auto text = store.read_document(document.digest);
  if (!text || depth > kMaxDepth) return;
  if (oci::media_type::is_index(document.media_type)) {
    for (const oci::Descriptor& child : oci::parse_index(*text, document.media_type).manifests)
      add_document(store, child, image, depth + 1);
    return;
  }
  const oci::Manifest manifest = oci::parse_manifest(*text, document.media_type);
  image.blobs.insert(manifest.config.digest.hex());
  for (const oci::Descriptor& layer : manifest.layers) image.blobs.insert(layer.digest.hex());
  if (const auto config = store.read_document(manifest.config.digest)) {
    const auto& ids = oci::parse_image_config(*config).diff_ids;
    image.layers.insert(image.layers.end(), ids.begin(), ids.end());
  }
}

StoredImage read_image(const store::Store& store, const store::Store::TaggedImage& tagged) {
  StoredImage image{tagged.reference, tagged.manifest, {}, {}};
  try {
    add_document(store, tagged.manifest, image, 0);
  } catch (const base::Error& error) {
    // What cannot be read pins nothing more.
    if (error.kind() == base::ErrorKind::system) throw;
  }
  return image;
}

}  // namespace

std::set<std::string> Contents::pinned_blobs() const {
  std::set<std::string> all;
  for (const StoredImage& image : images) all.insert(image.blobs.begin(), image.blobs.end());
  return all;
}

std::set<std::string> pinned_blobs(const store::Store& store) {
  std::set<std::string> all;
  for (const auto& tagged : store.list_images()) all.merge(read_image(store, tagged).blobs);
  return all;
}

Contents read_contents(const store::Store& store) {
  Contents contents;
  contents.disk = measure(store);
  for (const DiskItem& item : contents.disk.items) {
    if (item.place != Place::record) continue;
    if (item.folder == "steps") {
      const auto text = store.read_record("steps", item.name);
      auto record = text ? cache::try_parse_step_record(*text, {item.name}) : std::nullopt;
      if (record) contents.steps.push_back(std::move(*record));
    } else if (item.folder == "layers") {
      const auto diff_id = oci::DiffId::try_parse("sha256:" + item.name);
      auto record = diff_id ? layer::find_layer(store, *diff_id) : std::nullopt;
      if (record) contents.layers.emplace(*diff_id, std::move(*record));
    } else if (item.folder == "mounts") {
      contents.mounts[item.name] = store.read_record("mounts", item.name).value_or("");
    }
  }
  for (const auto& tagged : store.list_images())
    contents.images.push_back(read_image(store, tagged));
  contents.builds = cache::BuildHistory(store).newest(cache::BuildHistory::kMaxBuilds);
  return contents;
}

}  // namespace cooper::upkeep
