#include "cli/looking.h"

#include "cli/tree_text.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/strict_json.h"

namespace cooper::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& value) {
  return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json descriptor_json(const oci::Descriptor& descriptor) {
  Json json = {{"mediaType", descriptor.media_type},
               {"digest", descriptor.digest.to_string()},
               {"size", descriptor.size}};
  if (descriptor.platform) json["platform"] = oci::to_string(*descriptor.platform);
  if (!descriptor.annotations.empty()) json["annotations"] = descriptor.annotations;
  return json;
}

void add_image(Json& json, const oci::Manifest& manifest, const std::string& config_bytes) {
  const oci::ImageConfig config = oci::parse_image_config(config_bytes);
  json["created"] = config.created;
  json["platform"] = oci::to_string(config.platform);
  json["configDigest"] = manifest.config.digest.to_string();
  json["labels"] = config.config.labels;
  json["annotations"] = manifest.annotations;
  json["user"] = config.config.user;
  json["entrypoint"] = config.config.entrypoint.value_or(std::vector<std::string>{});
  json["cmd"] = config.config.cmd.value_or(std::vector<std::string>{});
  json["workingDir"] = config.config.working_dir;
  json["env"] = config.config.env;
  json["exposedPorts"] = config.config.exposed_ports;
  Json layers = Json::array();
  for (std::size_t i = 0; i < manifest.layers.size(); ++i) {
    Json layer = descriptor_json(manifest.layers[i]);
    if (i < config.diff_ids.size()) layer["diffId"] = config.diff_ids[i].to_string();
    layers.push_back(std::move(layer));
  }
  json["layers"] = std::move(layers);
}

Json members_json(const std::vector<images::MemberDifference>& members) {
  const auto value = [](const std::optional<std::string>& text) {
    return text ? Json::parse(*text) : Json(nullptr);
  };
  Json list = Json::array();
  for (const images::MemberDifference& one : members) {
    list.push_back(
        {{"member", one.member}, {"before", value(one.before)}, {"after", value(one.after)}});
  }
  return list;
}

Json paths_json(const std::vector<images::PathDifference>& paths) {
  Json list = Json::array();
  for (const images::PathDifference& one : paths)
    list.push_back({{"path", one.path}, {"change", to_string(one.kind)}, {"what", one.what}});
  return list;
}

Json layer_json(const images::LayerDifference& layer) {
  const auto descriptor = [](const std::optional<oci::Descriptor>& one) {
    return one ? descriptor_json(*one) : Json(nullptr);
  };
  return {{"number", layer.number},
          {"before", descriptor(layer.before)},
          {"after", descriptor(layer.after)},
          {"sameContent", layer.same_content},
          {"createdBy", layer.step}};
}

Json path_json(const std::string& path, const layer::Entry& entry) {
  using layer::EntryType;
  Json json = {{"path", "/" + path},        {"type", type_name(entry.type)},
               {"mode", octal(entry.mode)}, {"uid", entry.uid},
               {"gid", entry.gid},          {"size", entry.size},
               {"mtime", entry.mtime}};
  if (entry.type == EntryType::symlink) json["link"] = entry.link;
  if (entry.type == EntryType::character || entry.type == EntryType::block) {
    json["device"] = std::to_string(entry.device_major) + ":" + std::to_string(entry.device_minor);
  }
  if (!entry.xattrs.empty()) {
    json["xattrs"] = Json::object();
    for (const auto& [name, value] : entry.xattrs) json["xattrs"][name] = hex_text(value);
  }
  if (entry.content) json["digest"] = "sha256:" + base::to_hex(*entry.content);
  return json;
}

}  // namespace

std::string tags_json(const std::string& repository, const Table& tags) {
  Json list = Json::array();
  for (const auto& row : tags.rows) {
    Json one = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i)
      std::visit([&](const auto& value) { one[tags.columns[i]] = value; }, row[i].value);
    list.push_back(tags.columns.size() == 1 ? one.front() : std::move(one));
  }
  return dumped({{"repository", repository}, {"tags", std::move(list)}});
}

std::string inspect_json(const std::string& name, const images::Document& top,
                         const std::string& config) {
  Json json = {{"name", name},
               {"digest", top.descriptor.digest.to_string()},
               {"mediaType", top.descriptor.media_type},
               {"size", top.descriptor.size}};
  const auto document = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
  if (const auto* manifest = std::get_if<oci::Manifest>(&document)) {
    json["mediaType"] = manifest->media_type;
    add_image(json, *manifest, config);
  } else {
    const auto& index = std::get<oci::Index>(document);
    json["mediaType"] = index.media_type;
    json["annotations"] = index.annotations;
    Json list = Json::array();
    for (const oci::Descriptor& entry : index.manifests) list.push_back(descriptor_json(entry));
    json["manifests"] = std::move(list);
  }
  return dumped(json);
}

std::string manifest_json(const images::Document& document) {
  return dumped({{"digest", document.descriptor.digest.to_string()},
                 {"mediaType", document.descriptor.media_type},
                 {"size", document.descriptor.size},
                 {"manifest", oci::parse_strict_json(document.bytes, "image manifest")}});
}

std::string difference_json(const std::vector<images::MemberDifference>& config,
                            const std::vector<images::PathDifference>& paths) {
  return dumped({{"same", config.empty() && paths.empty()},
                 {"config", members_json(config)},
                 {"paths", paths_json(paths)}});
}

std::string rebuild_json(const oci::Digest& image, const oci::Digest& rebuilt,
                         const std::vector<RebuildDifference>& platforms) {
  Json list = Json::array();
  for (const RebuildDifference& one : platforms) {
    list.push_back({{"platform", one.platform},
                    {"same", one.same},
                    {"layer", one.layer ? layer_json(*one.layer) : Json(nullptr)},
                    {"config", members_json(one.config)},
                    {"manifest", members_json(one.manifest)},
                    {"paths", paths_json(one.paths)}});
  }
  return dumped({{"same", image == rebuilt},
                 {"image", image.to_string()},
                 {"rebuilt", rebuilt.to_string()},
                 {"platforms", std::move(list)}});
}

std::string tree_json(const oci::Digest& image, const layer::LayerStack& stack,
                      const std::string& config) {
  Json paths = Json::array();
  stack.walk("", [&paths](const std::string& path, const layer::Found& found) {
    paths.push_back(path_json(path, *found.entry));
    return true;
  });
  return dumped({{"digest", image.to_string()},
                 {"paths", std::move(paths)},
                 {"config", oci::parse_strict_json(config, "image configuration")}});
}

std::string validation_json(const images::Validation& validation) {
  Json list = Json::array();
  for (const images::Disagreement& one : validation.disagreements)
    list.push_back({{"thing", one.thing}, {"cause", one.cause}});
  return dumped({{"valid", validation.disagreements.empty()},
                 {"documents", validation.documents},
                 {"layers", validation.layers},
                 {"bytes", validation.bytes},
                 {"disagreements", std::move(list)}});
}

std::string copy_json(const std::string& destination, const images::CopyReport& report) {
  return dumped({{"destination", destination},
                 {"digest", report.top.digest.to_string()},
                 {"mediaType", report.top.media_type},
                 {"size", report.top.size},
                 {"copiedBytes", report.copied_bytes},
                 {"reusedBytes", report.reused_bytes}});
}

const char* to_string(images::PathDifference::Kind kind) {
  switch (kind) {
    case images::PathDifference::Kind::added: return "added";
    case images::PathDifference::Kind::removed: return "removed";
    case images::PathDifference::Kind::changed: return "changed";
  }
  return "?";
}

}  // namespace cooper::cli
