#include "builder/cache/step_cache.h"

#include <algorithm>
#include <utility>

#include "builder/cache/key_parts_file.h"
#include "builder/layer/layer_writer.h"

namespace cooper::cache {
namespace {

constexpr std::string_view kRecords = "steps";
constexpr std::string_view kParts = "step-parts";
constexpr std::string_view kLocks = "step";

bool has_layer(const store::Store& store, const oci::DiffId& diff_id) {
  const auto layer = layer::find_layer(store, diff_id);
  return layer &&
         std::any_of(layer->blobs.begin(), layer->blobs.end(),
                     [&](const oci::Descriptor& blob) { return store.verify_blob(blob.digest); });
}

}  // namespace

StepCache::StepCache(store::Store& store) : store_(&store) {}

std::optional<StepRecord> StepCache::find(const StepKey& key) {
  const auto text = store_->read_record(kRecords, key.hex);
  if (!text) return std::nullopt;
  auto record = try_parse_step_record(*text, key);
  if (!record || !has_layer(*store_, record->diff_id)) {
    store_->remove_record(kRecords, key.hex);
    store_->remove_record(kParts, key.hex);
    return std::nullopt;
  }
  store_->touch_record(kRecords, key.hex);
  return record;
}

void StepCache::put(const StepRecord& record) {
  store_->write_record(kParts, record.key.hex, serialize_key_parts(record.parts));
  store_->write_record(kRecords, record.key.hex, to_text(record));
}

std::optional<std::vector<KeyPart>> StepCache::parts(const StepKey& key) const {
  const auto bytes = store_->read_record(kParts, key.hex);
  return bytes ? try_parse_key_parts(*bytes, key) : std::nullopt;
}

store::Lock StepCache::lock(const StepKey& key, std::stop_token stop,
                            const std::function<void()>& waiting) {
  return store_->lock(kLocks, key.hex, std::move(stop), waiting);
}

std::vector<StepRecord> StepCache::list() const {
  std::vector<StepRecord> records;
  for (const std::string& name : store_->list_records(kRecords)) {
    const auto text = store_->read_record(kRecords, name);
    if (!text) continue;
    if (auto record = try_parse_step_record(*text, StepKey{name}))
      records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace cooper::cache
