// The manifests of a SharedCache: configuration {"architecture": "unknown", "os": "unknown",
// "rootfs": .., "cooper.cache": {"version": 1, "steps": [{"key", "layer": <place in rootfs>, ..}],
// "named": [{"key", "diffId", ..}], "mounts": [..], "absorbed": [..]}}.
#include "base/error.h"
#include "builder/cache/shared_cache.h"
#include "oci/image_config.h"
#include "oci/media_type.h"
#include "oci/strict_json.h"

namespace cooper::cache {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kVersion = 1;
constexpr const char* kMember = "cooper.cache";
constexpr const char* kWhat = "shared cache";
constexpr const char* kUnknown = "unknown";
// Readers of images let 500 layers pass.
constexpr std::size_t kPageLayers = 400;
constexpr std::size_t kMaxSteps = 100'000;
constexpr std::size_t kKeyDigits = 64;

using Places = std::map<oci::DiffId, std::size_t>;

Places places_of(const std::vector<oci::DiffId>& layers) {
  Places places;
  for (std::size_t i = 0; i < layers.size(); ++i) places.emplace(layers[i], i);
  return places;
}

// `layer`: its place, or its DiffId.
Json step_json(const std::string& key, const SharedStep& step, const char* member, Json layer) {
  Json json{{"key", key}, {member, std::move(layer)}, {"created", step.created}};
  if (step.content_key) json["contentKey"] = step.content_key->hex;
  if (!step.label.empty()) json["label"] = base::printable(step.label);
  return json;
}

void add_times(Json& json, const SharedStep& step) {
  json["milliseconds"] = step.milliseconds;
  json["used"] = step.used;
}

Json steps_json(const SharedCache& cache, const Places& places, bool with_times) {
  Json steps = Json::array();
  for (const auto& [key, step] : cache.steps) {
    const auto place = places.find(step.layer);
    if (place == places.end()) continue;
    Json json = step_json(key, step, "layer", place->second);
    if (with_times) add_times(json, step);
    steps.push_back(std::move(json));
  }
  return steps;
}

// The steps whose layers the cache does not have.
Json named_json(const SharedCache& cache) {
  Json steps = Json::array();
  for (const auto& [key, step] : cache.steps) {
    if (cache.layers.contains(step.layer)) continue;
    steps.push_back(step_json(key, step, "diffId", step.layer.to_string()));
    add_times(steps.back(), step);
  }
  return steps;
}

Json mounts_json(const SharedCache& cache, const Places& places) {
  Json mounts = Json::array();
  for (const auto& [id, mount] : cache.mounts) {
    const auto place = places.find(mount.layer);
    if (place != places.end())
      mounts.push_back(
          Json{{"id", base::printable(id)}, {"layer", place->second}, {"saved", mount.saved}});
  }
  return mounts;
}

SharedPage make_page(const SharedCache& cache, const std::vector<oci::DiffId>& layers, bool first) {
  const Places places = places_of(layers);
  Json member{{"version", kVersion}, {"steps", steps_json(cache, places, true)}};
  if (Json mounts = mounts_json(cache, places); !mounts.empty())
    member["mounts"] = std::move(mounts);
  if (first) {
    if (Json named = named_json(cache); !named.empty()) member["named"] = std::move(named);
    if (!cache.absorbed.empty()) member["absorbed"] = cache.absorbed;
  }
  oci::ImageConfig config;
  config.platform = {kUnknown, kUnknown};
  config.diff_ids = layers;
  config.extra_json = oci::dump_json(Json{{kMember, std::move(member)}});
  std::string config_bytes = oci::to_json(config);
  oci::Manifest manifest{std::string(oci::media_type::kManifest),
                         {std::string(oci::media_type::kConfig),
                          oci::Digest::of_bytes(config_bytes), config_bytes.size()},
                         {}};
  for (const oci::DiffId& layer : layers) manifest.layers.push_back(cache.layers.at(layer));
  std::string manifest_bytes = oci::to_json(manifest);
  return {std::move(config_bytes), std::move(manifest_bytes), std::move(manifest)};
}

// The layer a step or mount says it is of.
std::size_t place_of(const oci::JsonObject& object, std::size_t layers) {
  const std::uint64_t place = object.required_size("layer");
  if (place >= layers) object.fail("layer", "is not the number of a layer");
  return static_cast<std::size_t>(place);
}

std::string key_of(const oci::JsonObject& object, const std::string& member) {
  std::string key = object.required_string(member);
  if (key.size() != kKeyDigits || key.find_first_not_of("0123456789abcdef") != std::string::npos)
    object.fail(member, "is not a key");
  return key;
}

SharedStep parse_step(const oci::JsonObject& object, const oci::DiffId& layer) {
  SharedStep step{layer};
  step.created = object.integer("created");
  if (object.has("contentKey")) step.content_key = StepKey{key_of(object, "contentKey")};
  step.label = object.string("label");
  if (object.has("milliseconds")) step.milliseconds = object.required_size("milliseconds");
  step.used = object.integer("used");
  return step;
}

SharedCache parse_member(const oci::JsonObject& member, const oci::Manifest& manifest,
                         const std::vector<oci::DiffId>& diff_ids) {
  if (member.integer("version") != kVersion) member.fail("version", "is not known");
  SharedCache cache;
  const auto layer_of = [&](const oci::JsonObject& object) {
    const std::size_t place = place_of(object, diff_ids.size());
    oci::Descriptor blob{manifest.layers[place].media_type, manifest.layers[place].digest,
                         manifest.layers[place].size};
    cache.layers.insert_or_assign(diff_ids[place], std::move(blob));
    return diff_ids[place];
  };
  for (const oci::JsonObject& object : member.objects("steps", kMaxSteps))
    cache.steps.emplace(key_of(object, "key"), parse_step(object, layer_of(object)));
  for (const oci::JsonObject& object : member.objects("named", kMaxSteps)) {
    const auto layer = oci::DiffId::parse(object.required_string("diffId"));
    cache.steps.emplace(key_of(object, "key"), parse_step(object, layer));
  }
  for (const oci::JsonObject& object : member.objects("mounts", kMaxSteps)) {
    SharedMount mount{layer_of(object), object.integer("saved")};
    cache.mounts.emplace(object.required_string("id"), std::move(mount));
  }
  for (const std::string& name : member.strings("absorbed")) cache.absorbed.insert(name);
  return cache;
}

}  // namespace

std::vector<SharedPage> make_pages(const SharedCache& cache) {
  std::vector<SharedPage> pages;
  std::vector<oci::DiffId> layers;
  for (const auto& [layer, blob] : cache.layers) {
    layers.push_back(layer);
    if (layers.size() < kPageLayers) continue;
    pages.push_back(make_page(cache, layers, pages.empty()));
    layers.clear();
  }
  if (!layers.empty() || pages.empty()) pages.push_back(make_page(cache, layers, pages.empty()));
  return pages;
}

PageKind add_page(SharedCache& cache, const oci::Manifest& manifest,
                  std::string_view config_bytes) {
  if (manifest.config.media_type != oci::media_type::kConfig) return PageKind::none;
  const oci::ImageConfig config = oci::parse_image_config(config_bytes);
  const nlohmann::json extra = oci::parse_strict_json(config.extra_json, kWhat);
  const oci::JsonObject object(extra, kWhat);
  const auto member = object.object(kMember);
  if (!member) return PageKind::none;
  if (config.diff_ids.size() != manifest.layers.size())
    object.fail(kMember, "has another number of layers than its manifest");
  for (const oci::Descriptor& layer : manifest.layers) {
    if (!oci::media_type::is_layer(layer.media_type))
      object.fail(kMember, "has a layer of type '" + base::printable(layer.media_type) + "'");
  }
  merge(cache, parse_member(*member, manifest, config.diff_ids));
  return config.platform.os == kUnknown ? PageKind::cache : PageKind::image;
}

std::string with_inline_cache(const std::string& extra_json, const std::vector<oci::DiffId>& layers,
                              const SharedCache* cache) {
  if (cache == nullptr && extra_json.find(kMember) == std::string::npos) return extra_json;
  Json extra = oci::parse_strict_json(extra_json, kWhat);
  extra.erase(kMember);
  if (cache != nullptr) {
    extra[kMember] =
        Json{{"version", kVersion}, {"steps", steps_json(*cache, places_of(layers), false)}};
  }
  return oci::dump_json(extra);
}

}  // namespace cooper::cache
