#include "builder/cache/shared_cache.h"

#include <algorithm>
#include <tuple>

namespace cooper::cache {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;

// Made again with another result: the later one, as in one store. Made again with the same: the
// earlier one, so that times in images stay what they were.
bool is_better(const SharedStep& a, const SharedStep& b) {
  if (a.layer == b.layer)
    return std::tie(a.created, a.milliseconds) < std::tie(b.created, b.milliseconds);
  return std::tie(a.created, b.layer) > std::tie(b.created, a.layer);
}

bool is_better(const SharedMount& a, const SharedMount& b) {
  return std::tie(a.saved, b.layer) > std::tie(b.saved, a.layer);
}

void keep_named_layers(SharedCache& cache) {
  std::set<oci::DiffId> named;
  for (const auto& [key, step] : cache.steps) named.insert(step.layer);
  for (const auto& [id, mount] : cache.mounts) named.insert(mount.layer);
  std::erase_if(cache.layers, [&](const auto& layer) { return !named.contains(layer.first); });
}

// Of two blobs of one layer always the same, whichever came first.
void add_layer(SharedCache& cache, const oci::DiffId& layer, const oci::Descriptor& blob) {
  const auto [place, added] = cache.layers.emplace(layer, blob);
  if (!added && blob.digest < place->second.digest) place->second = blob;
}

}  // namespace

StepRecord record_of(const std::string& key, const SharedStep& step) {
  StepRecord record{StepKey{key}, step.layer, step.created, step.label, step.milliseconds};
  record.content_key = step.content_key;
  return record;
}

void add_step(SharedCache& cache, const StepRecord& record, const oci::Descriptor& blob,
              std::int64_t used) {
  name_step(cache, record, used);
  cache.layers.insert_or_assign(record.diff_id, blob);
}

void name_step(SharedCache& cache, const StepRecord& record, std::int64_t used) {
  SharedStep step{record.diff_id, record.created,      record.content_key,
                  record.label,   record.milliseconds, used};
  cache.steps.insert_or_assign(record.key.hex, std::move(step));
}

void merge(SharedCache& into, const SharedCache& from) {
  for (const auto& [key, step] : from.steps) {
    const auto [place, added] = into.steps.emplace(key, step);
    if (added) continue;
    const std::int64_t used = std::max(place->second.used, step.used);
    if (is_better(step, place->second)) place->second = step;
    place->second.used = used;
  }
  for (const auto& [id, mount] : from.mounts) {
    const auto [place, added] = into.mounts.emplace(id, mount);
    if (!added && is_better(mount, place->second)) place->second = mount;
  }
  for (const auto& [layer, blob] : from.layers) add_layer(into, layer, blob);
  into.absorbed.insert(from.absorbed.begin(), from.absorbed.end());
  keep_named_layers(into);
}

SharedCache news_of(const SharedCache& fresh, const SharedCache& known) {
  SharedCache news;
  for (const auto& [key, step] : fresh.steps) {
    const auto old = known.steps.find(key);
    if (old != known.steps.end()) {
      const bool same = old->second.layer == step.layer;
      const bool has_all = known.layers.contains(step.layer) || !fresh.layers.contains(step.layer);
      if (same ? has_all && step.used - old->second.used <= kDay : !is_better(step, old->second))
        continue;
    }
    news.steps.emplace(key, step);
  }
  for (const auto& [id, mount] : fresh.mounts) {
    const auto old = known.mounts.find(id);
    if (old != known.mounts.end() &&
        (old->second.layer == mount.layer || !is_better(mount, old->second)))
      continue;
    news.mounts.emplace(id, mount);
  }
  news.layers = fresh.layers;
  for (auto& [layer, blob] : news.layers) {  // the blob that is there will do
    const auto old = known.layers.find(layer);
    if (old != known.layers.end()) blob = old->second;
  }
  keep_named_layers(news);
  return news;
}

void forget_before(SharedCache& cache, std::int64_t time) {
  std::erase_if(cache.steps, [&](const auto& step) { return step.second.used < time; });
  std::erase_if(cache.mounts, [&](const auto& mount) { return mount.second.saved < time; });
  keep_named_layers(cache);
}

void forget_layer(SharedCache& cache, const oci::DiffId& layer) {
  std::erase_if(cache.steps, [&](const auto& step) { return step.second.layer == layer; });
  std::erase_if(cache.mounts, [&](const auto& mount) { return mount.second.layer == layer; });
  cache.layers.erase(layer);
}

}  // namespace cooper::cache
