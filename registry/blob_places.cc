#include "registry/blob_places.h"

namespace cooper::registry {

void BlobPlaces::note(const oci::Digest& blob, const std::string& repository) {
  const std::lock_guard lock(mutex_);
  places_[blob].insert(repository);
}

std::vector<std::string> BlobPlaces::others(const oci::Digest& blob,
                                            const std::string& repository) const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  const auto found = places_.find(blob);
  if (found == places_.end()) return out;
  for (const std::string& place : found->second) {
    if (place != repository && out.size() < kMaxPlaces) out.push_back(place);
  }
  return out;
}

}  // namespace cooper::registry
