// What machines give each other: results of steps and cache mounts, as a value, and its form as
// ordinary image manifests. A manifest's layers are the layers of the results; its configuration is
// one of an image ("rootfs" lists the same layers) with a member "cooper.cache" that says which
// step each layer is the result of. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "builder/cache/step_record.h"
#include "oci/manifest.h"

namespace cooper::cache {

struct SharedStep {
  oci::DiffId layer;
  std::int64_t created = 0;
  std::optional<StepKey> content_key = {};
  std::string label = {};
  std::uint64_t milliseconds = 0;
  std::int64_t used = 0;  // when a build last wanted it, seconds
  bool operator==(const SharedStep&) const = default;
};

struct SharedMount {
  oci::DiffId layer;       // the files of the mount
  std::int64_t saved = 0;  // seconds
  bool operator==(const SharedMount&) const = default;
};

struct SharedCache {
  std::map<std::string, SharedStep> steps;    // by key
  std::map<std::string, SharedMount> mounts;  // by id
  // Of what the above name. A step whose layer is not here is known by its result only: what was
  // made of it can be found, and the step runs again when its files are needed.
  std::map<oci::DiffId, oci::Descriptor> layers;
  std::set<std::string> absorbed;  // names of caches that are part of this one
  [[nodiscard]] bool empty() const { return steps.empty() && mounts.empty(); }
  bool operator==(const SharedCache&) const = default;
};

[[nodiscard]] StepRecord record_of(const std::string& key, const SharedStep& step);
// Adds the record; `blob` is its layer's.
void add_step(SharedCache& cache, const StepRecord& record, const oci::Descriptor& blob,
              std::int64_t used);
// Without its layer.
void name_step(SharedCache& cache, const StepRecord& record, std::int64_t used);

// Both together, whichever is added to which. Of two different results of one step the one made
// later stays, of two equal ones the one made earlier, of two mounts the one saved later.
void merge(SharedCache& into, const SharedCache& from);
// What `fresh` has that `known` lacks, or whose use is noted there as more than a day older.
[[nodiscard]] SharedCache news_of(const SharedCache& fresh, const SharedCache& known);
// Without the steps and mounts not used since `time`.
void forget_before(SharedCache& cache, std::int64_t time);
// Without `layer` and all that it is the result of.
void forget_layer(SharedCache& cache, const oci::DiffId& layer);

// --- the form

struct SharedPage {
  std::string config_bytes, manifest_bytes;
  oci::Manifest manifest;
};
// A manifest has at most as many layers as readers of images let pass. Deterministic; never empty.
[[nodiscard]] std::vector<SharedPage> make_pages(const SharedCache& cache);

enum class PageKind {
  none,   // an image without a cache, or no image
  image,  // an image that carries a cache
  cache,  // what make_pages() made
};
// Adds what a manifest and its configuration say to `cache`. Throws base::Error(corrupt) for a
// cache that is damaged or of another version.
[[nodiscard]] PageKind add_page(SharedCache& cache, const oci::Manifest& manifest,
                                std::string_view config_bytes);

// The member "cooper.cache" for an image's own configuration put into `extra_json` (see
// oci::ImageConfig), in the place of one that came from a base image; `cache` nullptr: only that is
// taken out. Says nothing that differs between two builds of the same.
[[nodiscard]] std::string with_inline_cache(const std::string& extra_json,
                                            const std::vector<oci::DiffId>& layers,
                                            const SharedCache* cache);

}  // namespace cooper::cache
