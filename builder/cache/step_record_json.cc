#include "base/error.h"
#include "builder/cache/step_record.h"
#include "builder/store/checked_text.h"
#include "oci/strict_json.h"

namespace cooper::cache {
namespace {

constexpr int kVersion = 1;
constexpr const char* kWhat = "step record";

StepRecord parse_body(std::string_view body, const StepKey& key) {
  const nlohmann::json value = oci::parse_strict_json(body, kWhat);
  const oci::JsonObject object(value, kWhat);
  if (object.integer("version") != kVersion) object.fail("version", "is not known");
  if (object.required_string("key") != key.hex) object.fail("key", "is another step's");
  StepRecord record{key, oci::DiffId::parse(object.required_string("diffId"))};
  record.created = object.integer("created");
  record.label = object.string("label");
  record.milliseconds = object.required_size("milliseconds");
  if (object.has("contentKey")) record.content_key = StepKey{object.required_string("contentKey")};
  return record;
}

}  // namespace

std::string to_text(const StepRecord& record) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  object["version"] = kVersion;
  object["key"] = record.key.hex;
  object["diffId"] = record.diff_id.to_string();
  object["created"] = record.created;
  object["label"] = base::printable(record.label);
  object["milliseconds"] = record.milliseconds;
  if (record.content_key) object["contentKey"] = record.content_key->hex;
  return store::with_checksum(oci::dump_json(object));
}

std::optional<StepRecord> try_parse_step_record(std::string_view text, const StepKey& key) {
  const auto body = store::checked_body(text);
  if (!body) return std::nullopt;
  try {
    return parse_body(*body, key);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace cooper::cache
