// What a store holds and how it hangs together: steps, layers, images, builds. A picture of one
// moment, read without holding anything (store::Holding::no).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "builder/cache/build_record.h"
#include "builder/cache/step_record.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/store.h"
#include "builder/upkeep/disk_use.h"
#include "oci/manifest.h"

namespace cooper::upkeep {

struct StoredImage {
  std::string reference;
  oci::Descriptor manifest;
  std::set<std::string> blobs;  // hex digests of all it needs: manifests, configurations, layers
  std::vector<oci::DiffId> layers;
};

struct Contents {
  DiskUse disk;
  std::vector<cache::StepRecord> steps;
  std::map<oci::DiffId, layer::LayerRecord> layers;
  std::vector<StoredImage> images;
  std::vector<cache::BuildRecord> builds;     // the newest first
  std::map<std::string, std::string> mounts;  // directory -> id of the cache mount

  // Blobs some image needs: never collected.
  [[nodiscard]] std::set<std::string> pinned_blobs() const;
};

// The same of the images a store has now.
[[nodiscard]] std::set<std::string> pinned_blobs(const store::Store& store);

// Records that cannot be read are left out: fsck is for them.
[[nodiscard]] Contents read_contents(const store::Store& store);

}  // namespace cooper::upkeep
