// BuildRecord: records/builds/<id>, a checksum, then {"version": 1, "started": .., "targets": [..],
// "steps": [..]}.
#include <algorithm>
#include <array>

#include "base/error.h"
#include "builder/cache/build_record.h"
#include "builder/store/checked_text.h"
#include "oci/strict_json.h"

namespace cooper::cache {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kWhat = "build record";
constexpr std::size_t kMaxSteps = 100'000;
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;

constexpr std::array kOutcomes = {StepOutcome::none, StepOutcome::cached, StepOutcome::done,
                                  StepOutcome::failed, StepOutcome::cancelled};
constexpr std::array kKinds = {ChangeKind::instruction, ChangeKind::base,     ChangeKind::file,
                               ChangeKind::mount,       ChangeKind::variable, ChangeKind::setting,
                               ChangeKind::parent,      ChangeKind::no_cache, ChangeKind::lost,
                               ChangeKind::first};

// Bytes that are no UTF-8 cannot be kept in JSON; such text is only for people.
Json text(const std::string& value) { return base::printable(value); }

Json texts(const std::vector<std::string>& values) {
  Json array = Json::array();
  for (const std::string& value : values) array.push_back(text(value));
  return array;
}

template <class Values>
auto value_named(const Values& values, const oci::JsonObject& object, const std::string& member) {
  const std::string name = object.required_string(member);
  const auto found = std::find_if(values.begin(), values.end(),
                                  [&](auto value) { return to_string(value) == name; });
  if (found == values.end()) object.fail(member, "is not known");
  return *found;
}

Json change_json(const Change& change) {
  Json json{{"kind", to_string(change.kind)}, {"text", text(change.text)}};
  if (!change.name.empty()) json["name"] = text(change.name);
  if (!change.before.empty()) json["before"] = text(change.before);
  if (!change.after.empty()) json["after"] = text(change.after);
  return json;
}

Json step_json(const RecordedStep& step) {
  Json json{{"operation", step.operation}, {"label", text(step.label)},
            {"stage", text(step.stage)},   {"file", text(step.file)},
            {"line", step.line},           {"outcome", to_string(step.outcome)}};
  if (step.parent) json["parent"] = *step.parent;
  if (!step.inputs.empty()) json["inputs"] = step.inputs;
  if (!step.key.empty()) json["key"] = step.key;
  if (step.layer) json["layer"] = step.layer->to_string();
  if (step.milliseconds > 0) json["milliseconds"] = step.milliseconds;
  for (const Change& change : step.changes) json["changes"].push_back(change_json(change));
  if (step.more_changes > 0) json["moreChanges"] = step.more_changes;
  for (const oci::DiffId& layer : step.base_layers) json["layers"].push_back(layer.to_string());
  if (!step.image.empty()) json["image"] = text(step.image);
  if (!step.image_digest.empty()) json["imageDigest"] = step.image_digest;
  if (!step.context.empty()) json["context"] = text(step.context);
  if (!step.ignore_file.empty()) json["ignoreFile"] = text(step.ignore_file);
  if (!step.sources.empty()) json["sources"] = texts(step.sources);
  if (!step.excludes.empty()) json["excludes"] = texts(step.excludes);
  if (step.alone) json["alone"] = true;
  return json;
}

std::size_t index_below(const oci::JsonObject& object, const nlohmann::json& value,
                        const std::string& member, std::size_t limit) {
  if (!value.is_number_unsigned() || value.get<std::uint64_t>() >= limit)
    object.fail(member, "is not the number of a step before it");
  return value.get<std::size_t>();
}

RecordedStep parse_step(const oci::JsonObject& object, std::size_t number) {
  RecordedStep step;
  step.operation = object.required_string("operation");
  step.label = object.string("label");
  step.stage = object.string("stage");
  step.file = object.string("file");
  step.line = static_cast<int>(object.integer("line"));
  step.outcome = value_named(kOutcomes, object, "outcome");
  if (const auto* parent = object.find("parent"))
    step.parent = index_below(object, *parent, "parent", number);
  if (const auto* inputs = object.find("inputs")) {
    for (const auto& input : *inputs)
      step.inputs.push_back(index_below(object, input, "inputs", number));
  }
  step.key = object.string("key");
  if (object.has("layer")) step.layer = oci::DiffId::parse(object.required_string("layer"));
  step.milliseconds = static_cast<std::uint64_t>(object.integer("milliseconds"));
  for (const oci::JsonObject& change : object.objects("changes", BuildRecord::kMaxChanges)) {
    step.changes.push_back({value_named(kKinds, change, "kind"), change.string("name"),
                            change.string("before"), change.string("after"),
                            change.string("text")});
  }
  step.more_changes = static_cast<std::uint64_t>(object.integer("moreChanges"));
  for (const std::string& layer : object.strings("layers"))
    step.base_layers.push_back(oci::DiffId::parse(layer));
  step.image = object.string("image");
  step.image_digest = object.string("imageDigest");
  step.context = object.string("context");
  step.ignore_file = object.string("ignoreFile");
  step.sources = object.strings("sources");
  step.excludes = object.strings("excludes");
  step.alone = object.boolean("alone");
  return step;
}

BuildRecord parse(std::string_view bytes, const std::string& id) {
  const nlohmann::json value = oci::parse_strict_json(bytes, kWhat, kMaxBytes);
  const oci::JsonObject object(value, kWhat);
  if (object.integer("version") != kVersion) object.fail("version", "is not known");
  BuildRecord record;
  record.id = id;
  record.started = object.integer("started");
  record.milliseconds = object.required_size("milliseconds");
  record.error = object.string("error");
  for (const oci::JsonObject& step : object.objects("steps", kMaxSteps))
    record.steps.push_back(parse_step(step, record.steps.size()));
  for (const oci::JsonObject& target : object.objects("targets", kMaxSteps)) {
    record.targets.push_back({target.string("name"), target.string("stage"), target.strings("tags"),
                              target.required_size("result"), target.string("digest")});
    if (record.targets.back().result >= record.steps.size())
      target.fail("result", "is not the number of a step");
  }
  return record;
}

}  // namespace

std::string to_text(const BuildRecord& record) {
  Json json{
      {"version", kVersion}, {"started", record.started}, {"milliseconds", record.milliseconds}};
  if (!record.error.empty()) json["error"] = text(record.error);
  json["targets"] = Json::array();
  for (const RecordedTarget& target : record.targets) {
    json["targets"].push_back({{"name", text(target.name)},
                               {"stage", text(target.stage)},
                               {"tags", texts(target.tags)},
                               {"result", target.result},
                               {"digest", target.digest}});
  }
  json["steps"] = Json::array();
  for (const RecordedStep& step : record.steps) json["steps"].push_back(step_json(step));
  return store::with_checksum(oci::dump_json(json));
}

std::optional<BuildRecord> try_parse_build_record(std::string_view text, const std::string& id) {
  const auto body = store::checked_body_or_old(text, "{");
  if (!body) return std::nullopt;
  try {
    return parse(*body, id);
  } catch (const base::Error&) {
    return std::nullopt;
  }
}

}  // namespace cooper::cache
