#include <nlohmann/json.hpp>

#include "base/error.h"
#include "builder/layer/layer_messages.h"
#include "builder/sandbox/sandbox_spec_json.h"

namespace cooper::layer {
namespace {

using Json = nlohmann::json;
using sandbox::decode_bytes;
using sandbox::decode_list;
using sandbox::encode_bytes;
using sandbox::encode_list;

template <class Read>
auto parse(std::string_view text, Read read) {
  try {
    return read(Json::parse(text));
  } catch (const Json::exception& error) {
    throw base::Error(base::ErrorKind::corrupt, "read message of", "the layer reader",
                      error.what());
  }
}

Json limits_to_json(const LayerLimits& limits) {
  return {limits.entries,       limits.tar_bytes, limits.ratio,       limits.ratio_from,
          limits.empty_members, limits.path,      limits.name,        limits.depth,
          limits.header_bytes,  limits.xattrs,    limits.xattr_bytes, limits.zstd_window};
}

LayerLimits limits_from_json(const Json& json) {
  LayerLimits limits;
  std::size_t at = 0;
  const auto take = [&](auto& limit) { json.at(at++).get_to(limit); };
  take(limits.entries);
  take(limits.tar_bytes);
  take(limits.ratio);
  take(limits.ratio_from);
  take(limits.empty_members);
  take(limits.path);
  take(limits.name);
  take(limits.depth);
  take(limits.header_bytes);
  take(limits.xattrs);
  take(limits.xattr_bytes);
  take(limits.zstd_window);
  return limits;
}

// Of what the process answers: a fraction or 1e33 would be converted to whatever the machine does.
std::uint64_t whole_number(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  throw base::Error(base::ErrorKind::corrupt, "read message of", "the layer reader",
                    "no whole number where one belongs");
}

Compression compression_from_json(const Json& json) {
  const std::uint64_t compression = whole_number(json);
  if (compression > static_cast<std::uint64_t>(Compression::zstd)) {
    throw base::Error(base::ErrorKind::corrupt, "read message of", "the layer reader",
                      "no such compression");
  }
  return static_cast<Compression>(compression);
}

Json oddities_to_json(const Oddities& oddities) {
  Json list = Json::array();
  for (const Oddities::Kind& kind : oddities.kinds())
    list.push_back({encode_bytes(kind.text), kind.count, encode_bytes(kind.first)});
  return list;
}

Oddities oddities_from_json(const Json& json) {
  Oddities oddities;
  for (const Json& kind : json)
    oddities.add(decode_bytes(kind.at(2).get<std::string>()),
                 decode_bytes(kind.at(0).get<std::string>()), whole_number(kind.at(1)));
  return oddities;
}

Json delta_to_json(const LayerDelta& delta) {
  return {{"written", encode_list({delta.written.begin(), delta.written.end()})},
          {"removed", encode_list(delta.removed)}};
}

LayerDelta delta_from_json(const Json& json) {
  LayerDelta delta;
  for (std::string& path : decode_list(json.at("written"))) delta.written.insert(std::move(path));
  delta.removed = decode_list(json.at("removed"));
  return delta;
}

}  // namespace

std::string task_to_json(const LayerTask& task, const ReadOptions& options) {
  Json json{{"digest", task.descriptor.digest.to_string()},
            {"size", task.descriptor.size},
            {"type", encode_bytes(task.descriptor.media_type)},
            {"form", static_cast<int>(task.form)},
            {"index", task.want_index},
            {"limits", limits_to_json(options.limits)},
            {"find", static_cast<bool>(options.find_lower)},
            {"open", static_cast<bool>(options.open_lower)},
            {"own", options.own_only}};
  if (task.expected) json["expected"] = task.expected->to_string();
  if (options.delta != nullptr) json["delta"] = delta_to_json(*options.delta);
  return json.dump();
}

SentTask parse_task(std::string_view text) {
  return parse(text, [](const Json& json) {
    const auto word = [&](const char* key) { return json.at(key).get<std::string>(); };
    LayerTask task{{decode_bytes(word("type")), oci::Digest::parse(word("digest")),
                    json.at("size").get<std::uint64_t>()},
                   std::nullopt,
                   static_cast<TreeForm>(json.at("form").get<int>()),
                   json.at("index").get<bool>()};
    if (json.contains("expected")) task.expected = oci::DiffId::parse(word("expected"));
    SentTask sent{
        std::move(task), {}, {}, json.at("find").get<bool>(), json.at("open").get<bool>()};
    sent.options.limits = limits_from_json(json.at("limits"));
    sent.options.own_only = json.at("own").get<bool>();
    if (json.contains("delta")) sent.delta = delta_from_json(json.at("delta"));
    return sent;
  });
}

std::string archive_task_to_json(const ArchiveTask& task) {
  return Json{{"name", encode_bytes(task.name)}, {"limits", limits_to_json(task.limits)}}.dump();
}

ArchiveTask parse_archive_task(std::string_view text) {
  return parse(text, [](const Json& json) {
    return ArchiveTask{decode_bytes(json.at("name").get<std::string>()),
                       limits_from_json(json.at("limits"))};
  });
}

std::string content_task_to_json(const ContentTask& task) {
  return Json{{"digest", task.digest.to_string()},
              {"checked", task.checked},
              {"wanted", static_cast<int>(task.wanted)}}
      .dump();
}

ContentTask parse_content_task(std::string_view text) {
  return parse(text, [](const Json& json) {
    return ContentTask{oci::Digest::parse(json.at("digest").get<std::string>()),
                       json.at("checked").get<bool>(),
                       static_cast<Wanted>(json.at("wanted").get<int>())};
  });
}

std::string state_to_json(const LayerState& state) {
  return Json{{"diff_id", state.diff_id.to_string()},
              {"compression", static_cast<int>(state.compression)},
              {"fault", encode_bytes(state.fault)}}
      .dump();
}

LayerState parse_state(std::string_view text) {
  return parse(text, [](const Json& json) {
    return LayerState{oci::DiffId::parse(json.at("diff_id").get<std::string>()),
                      compression_from_json(json.at("compression")),
                      decode_bytes(json.at("fault").get<std::string>())};
  });
}

std::string result_to_json(const ReadLayer& result) {
  return Json{{"diff_id", result.diff_id.to_string()},
              {"tar_size", result.tar_size},
              {"compression", static_cast<int>(result.compression)},
              {"oddities", oddities_to_json(result.oddities)}}
      .dump();
}

ReadLayer parse_result(std::string_view text) {
  return parse(text, [](const Json& json) {
    return ReadLayer{oci::DiffId::parse(json.at("diff_id").get<std::string>()),
                     whole_number(json.at("tar_size")),
                     {},
                     compression_from_json(json.at("compression")),
                     oddities_from_json(json.at("oddities"))};
  });
}

}  // namespace cooper::layer
