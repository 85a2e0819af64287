#include <algorithm>
#include <array>
#include <iterator>

#include "base/error.h"
#include "base/within_limit.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/strict_json.h"

namespace cooper::oci {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

[[noreturn]] void fail(base::ErrorKind kind, const std::string& what, std::string cause) {
  throw base::Error(kind, "parse", what, std::move(cause));
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// "Application/JSON; charset=utf-8" -> "application/json".
std::string bare_media_type(std::string_view type) {
  type = type.substr(0, type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  while (!type.empty() && (type.front() == ' ' || type.front() == '\t')) type.remove_prefix(1);
  return to_lower(type);
}

// Some readers of JSON ignore the case of names and would see another document than we do.
void refuse_other_spelling(const JsonObject& object) {
  constexpr std::array<std::string_view, 10> kNames = {
      "schemaVersion", "mediaType", "config", "layers",   "manifests",
      "digest",        "size",      "urls",   "platform", "fsLayers"};
  for (const auto& member : object.value().items()) {
    const std::string& key = member.key();
    const std::string lower = to_lower(key);
    const bool misspelt = std::any_of(kNames.begin(), kNames.end(), [&](std::string_view name) {
      return key != name && lower == to_lower(name);
    });
    if (misspelt) object.fail(key, "differs from a known name only in upper and lower case");
  }
}

Platform parse_platform_object(const JsonObject& object) {
  Platform platform;
  platform.architecture = object.string("architecture");
  platform.os = object.string("os");
  platform.os_version = object.string("os.version");
  platform.os_features = object.strings("os.features");
  platform.variant = object.string("variant");
  return platform;
}

Descriptor parse_descriptor(const JsonObject& object, const std::string& what) {
  refuse_other_spelling(object);
  const std::string digest_text = object.required_string("digest");
  const auto digest = Digest::try_parse(digest_text);
  if (!digest)
    object.fail("digest", "is '" + digest_text.substr(0, 150) + "', which is no sha256 digest");
  Descriptor descriptor{object.required_string("mediaType"), *digest, object.required_size("size")};
  if (!object.strings("urls").empty()) {
    fail(base::ErrorKind::unsupported, what,
         "the blob " + digest_text + " is kept at foreign URLs, which are never followed");
  }
  descriptor.annotations = object.string_map("annotations");
  if (const auto platform = object.object("platform"))
    descriptor.platform = parse_platform_object(*platform);
  if (object.has("artifactType")) descriptor.artifact_type = object.string("artifactType");
  return descriptor;
}

std::vector<Descriptor> parse_descriptors(const JsonObject& document, const std::string& name,
                                          std::size_t max_count, const std::string& what) {
  if (!document.value().contains(name)) document.fail(name, "is missing");
  std::vector<Descriptor> descriptors;
  for (const JsonObject& entry : document.objects(name, max_count)) {
    descriptors.push_back(parse_descriptor(entry, what));
  }
  return descriptors;
}

void check_schema(const JsonObject& document, const std::string& what) {
  refuse_other_spelling(document);
  if (document.value().contains("fsLayers") || document.integer("schemaVersion") == 1) {
    throw base::Error(base::ErrorKind::unsupported, "parse", what, "it is a schema 1 manifest")
        .with_hint("push the image again with a present-day tool");
  }
  if (!document.has("schemaVersion")) document.fail("schemaVersion", "is missing");
  if (document.integer("schemaVersion") != 2) document.fail("schemaVersion", "is not 2");
}

// The media type all three witnesses (transport, document, shape) agree on.
std::string agreed_media_type(const JsonObject& document, std::string_view transport,
                              const std::string& what) {
  const std::string said = bare_media_type(transport);
  const std::string own = document.string("mediaType");
  const bool has_manifests = document.value().contains("manifests");
  const bool has_layers =
      document.value().contains("layers") || document.value().contains("config");
  if (has_manifests && has_layers) {
    fail(base::ErrorKind::corrupt, what,
         "it has the members of a manifest and of an index at once");
  }
  if (!has_manifests && !has_layers) {
    fail(base::ErrorKind::corrupt, what, "it has neither layers nor manifests");
  }
  if (!said.empty() && !own.empty() && said != own) {
    fail(base::ErrorKind::corrupt, what,
         "sent as '" + said + "', but it calls itself '" + own + "'");
  }
  const std::string type = !own.empty() ? own : said;
  if (type.empty()) return std::string(has_manifests ? media_type::kIndex : media_type::kManifest);
  if (!media_type::is_manifest(type) && !media_type::is_index(type)) {
    fail(base::ErrorKind::unsupported, what,
         "the media type '" + type.substr(0, 200) + "' is not supported");
  }
  if (media_type::is_index(type) != has_manifests) {
    fail(base::ErrorKind::corrupt, what, "the media type '" + type + "' does not fit its members");
  }
  return type;
}

OrderedJson descriptor_json(const Descriptor& descriptor) {
  OrderedJson object = OrderedJson::object();
  object["mediaType"] = descriptor.media_type;
  object["digest"] = descriptor.digest.to_string();
  object["size"] = descriptor.size;
  if (!descriptor.annotations.empty()) object["annotations"] = descriptor.annotations;
  if (descriptor.platform) {
    OrderedJson& platform = object["platform"] = OrderedJson::object();
    platform["architecture"] = descriptor.platform->architecture;
    platform["os"] = descriptor.platform->os;
    if (!descriptor.platform->os_version.empty())
      platform["os.version"] = descriptor.platform->os_version;
    if (!descriptor.platform->os_features.empty())
      platform["os.features"] = descriptor.platform->os_features;
    if (!descriptor.platform->variant.empty()) platform["variant"] = descriptor.platform->variant;
  }
  if (descriptor.artifact_type) object["artifactType"] = *descriptor.artifact_type;
  return object;
}

OrderedJson descriptors_json(const std::vector<Descriptor>& descriptors) {
  OrderedJson array = OrderedJson::array();
  for (const Descriptor& descriptor : descriptors) array.push_back(descriptor_json(descriptor));
  return array;
}

}  // namespace

std::variant<Manifest, Index> parse_manifest_or_index(std::string_view json,
                                                      std::string_view media_type) {
  const std::string what = "image manifest";
  const Json value = base::within(base::Limit::document_bytes, [&](std::uint64_t most_bytes) {
    return parse_strict_json(json, what, most_bytes);
  });
  const JsonObject document(value, what);
  check_schema(document, what);
  const std::string type = agreed_media_type(document, media_type, what);
  if (media_type::is_index(type)) {
    const std::uint64_t most = base::limit_of(base::Limit::index_entries);
    if (const Json* entries = document.find("manifests"); entries && entries->size() > most) {
      throw base::limit_error(base::Limit::index_entries, "parse", what,
                              "it names more than " + std::to_string(most) + " images");
    }
    Index index{type, parse_descriptors(document, "manifests", most, what)};
    index.annotations = document.string_map("annotations");
    return index;
  }
  const auto config = document.object("config");
  if (!config) document.fail("config", "is missing");
  Manifest manifest{type, parse_descriptor(*config, what),
                    base::within(base::Limit::image_layers, [&](std::uint64_t most) {
                      return parse_descriptors(document, "layers", most, what);
                    })};
  manifest.annotations = document.string_map("annotations");
  return manifest;
}

Manifest parse_manifest(std::string_view json, std::string_view media_type) {
  auto document = parse_manifest_or_index(json, media_type);
  if (auto* manifest = std::get_if<Manifest>(&document)) return std::move(*manifest);
  fail(base::ErrorKind::corrupt, "image manifest", "it is an index");
}

Index parse_index(std::string_view json, std::string_view media_type) {
  auto document = parse_manifest_or_index(json, media_type);
  if (auto* index = std::get_if<Index>(&document)) return std::move(*index);
  fail(base::ErrorKind::corrupt, "image index", "it is a manifest");
}

std::string to_json(const Manifest& manifest) {
  OrderedJson object = OrderedJson::object();
  object["schemaVersion"] = 2;
  object["mediaType"] = manifest.media_type;
  object["config"] = descriptor_json(manifest.config);
  object["layers"] = descriptors_json(manifest.layers);
  if (!manifest.annotations.empty()) object["annotations"] = manifest.annotations;
  return dump_json(object);
}

std::string to_json(const Index& index) {
  OrderedJson object = OrderedJson::object();
  object["schemaVersion"] = 2;
  object["mediaType"] = index.media_type;
  object["manifests"] = descriptors_json(index.manifests);
  if (!index.annotations.empty()) object["annotations"] = index.annotations;
  return dump_json(object);
}

}  // namespace cooper::oci
