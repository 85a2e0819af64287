#include "oci/manifest.h"

namespace cooper::oci {

const Descriptor* find_platform(const Index& index, const Platform& want) {
  const Platform exact = normalize(want);
  const Descriptor* best = nullptr;
  for (const Descriptor& entry : index.manifests) {
    if (!entry.platform || entry.platform->os == "unknown" || !satisfies(*entry.platform, want))
      continue;
    if (normalize(*entry.platform).variant == exact.variant) return &entry;
    // Of several that run, the one made for the newest variant: every one that runs there satisfies
    // it.
    const bool newer = best != nullptr && !satisfies(*entry.platform, *best->platform);
    if (best == nullptr || newer) best = &entry;
  }
  return best;
}

}  // namespace cooper::oci
