#include "builder/sandbox/sandbox_spec_json.h"

#include <nlohmann/json.hpp>

#include "base/error.h"

namespace cooper::sandbox {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& json, const char* key) {
  return decode_bytes(json.at(key).get_ref<const std::string&>());
}

Json mount_to_json(const SpecMount& mount) {
  if (const auto* bind = std::get_if<BindMount>(&mount)) {
    return {{"type", "bind"},
            {"root", encode_bytes(bind->root)},
            {"source", encode_bytes(bind->source)},
            {"target", encode_bytes(bind->target)},
            {"readonly", bind->readonly},
            {"discard_writes", bind->discard_writes},
            {"movable", bind->movable},
            {"overlay_lowers", encode_list(bind->overlay_lowers)}};
  }
  if (const auto* tmpfs = std::get_if<TmpfsMount>(&mount)) {
    return {{"type", "tmpfs"},
            {"target", encode_bytes(tmpfs->target)},
            {"size", tmpfs->size},
            {"mode", tmpfs->mode}};
  }
  const auto& file = std::get<FileMount>(mount);
  return {{"type", "file"},       {"target", encode_bytes(file.target)},
          {"mode", file.mode},    {"content", encode_bytes(file.content)},
          {"uid", file.uid},      {"gid", file.gid},
          {"secret", file.secret}};
}

SpecMount mount_from_json(const Json& json) {
  const auto& type = json.at("type").get_ref<const std::string&>();
  if (type == "bind") {
    BindMount bind;
    bind.root = text_of(json, "root");
    bind.source = text_of(json, "source");
    bind.target = text_of(json, "target");
    bind.readonly = json.at("readonly").get<bool>();
    bind.discard_writes = json.at("discard_writes").get<bool>();
    bind.movable = json.at("movable").get<bool>();
    bind.overlay_lowers = decode_list(json.at("overlay_lowers"));
    return bind;
  }
  if (type == "tmpfs") {
    return TmpfsMount{text_of(json, "target"), json.at("size").get<std::uint64_t>(),
                      json.at("mode").get<std::uint32_t>()};
  }
  return FileMount{text_of(json, "target"),
                   text_of(json, "content"),
                   json.at("mode").get<std::uint32_t>(),
                   json.at("uid").get<std::uint32_t>(),
                   json.at("gid").get<std::uint32_t>(),
                   json.at("secret").get<bool>()};
}

Json root_to_json(const std::variant<OverlayRoot, DirectoryRoot>& root) {
  if (const auto* directory = std::get_if<DirectoryRoot>(&root)) {
    return {{"path", encode_bytes(directory->path)}, {"scratch", encode_bytes(directory->scratch)}};
  }
  const auto& overlay = std::get<OverlayRoot>(root);
  return {{"lowers", encode_list(overlay.lowers)},
          {"upper", encode_bytes(overlay.upper)},
          {"work", encode_bytes(overlay.work)}};
}

}  // namespace

std::string encode_bytes(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char one : bytes) {
    const auto byte = static_cast<unsigned char>(one);
    if (byte < 0x80) {
      text += one;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return text;
}

std::string decode_bytes(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      bytes += text[i];
      continue;
    }
    if ((lead != 0xC2 && lead != 0xC3) || i + 1 == text.size()) {
      throw base::Error(base::ErrorKind::corrupt, "read message of", "the sandbox", "not bytes");
    }
    bytes +=
        static_cast<char>(((lead & 0x03) << 6) | (static_cast<unsigned char>(text[++i]) & 0x3F));
  }
  return bytes;
}

Json encode_list(const std::vector<std::string>& list) {
  Json json = Json::array();
  for (const std::string& one : list) json.push_back(encode_bytes(one));
  return json;
}

std::vector<std::string> decode_list(const Json& json) {
  std::vector<std::string> list;
  for (const Json& one : json) list.push_back(decode_bytes(one.get_ref<const std::string&>()));
  return list;
}

Json spec_to_json(const SandboxSpec& spec) {
  Json mounts = Json::array();
  for (const SpecMount& mount : spec.mounts) mounts.push_back(mount_to_json(mount));
  Json limits = Json::array();
  for (const Rlimit& limit : spec.limits) limits.push_back({limit.name, limit.soft, limit.hard});
  return {{"root", root_to_json(spec.root)},
          {"argv", encode_list(spec.argv)},
          {"env", encode_list(spec.env)},
          {"user", encode_bytes(spec.user)},
          {"cwd", encode_bytes(spec.cwd)},
          {"mounts", std::move(mounts)},
          {"hostname", encode_bytes(spec.hostname)},
          {"network", static_cast<int>(spec.network)},
          {"network_of", spec.network_of},
          {"insecure", spec.insecure},
          {"readonly_root", spec.readonly_root},
          {"extra_hosts", encode_list(spec.extra_hosts)},
          {"shm_size", spec.shm_size},
          {"terminal", spec.terminal},
          {"limits", std::move(limits)}};
}

SandboxSpec spec_from_json(const Json& json) {
  SandboxSpec spec;
  const Json& root = json.at("root");
  if (root.contains("path")) {
    spec.root = DirectoryRoot{text_of(root, "path"), text_of(root, "scratch")};
  } else {
    spec.root =
        OverlayRoot{decode_list(root.at("lowers")), text_of(root, "upper"), text_of(root, "work")};
  }
  spec.argv = decode_list(json.at("argv"));
  spec.env = decode_list(json.at("env"));
  spec.user = text_of(json, "user");
  spec.cwd = text_of(json, "cwd");
  for (const Json& mount : json.at("mounts")) spec.mounts.push_back(mount_from_json(mount));
  spec.hostname = text_of(json, "hostname");
  spec.network = static_cast<NetworkMode>(json.at("network").get<int>());
  spec.network_of = json.at("network_of").get<int>();
  spec.insecure = json.at("insecure").get<bool>();
  spec.readonly_root = json.at("readonly_root").get<bool>();
  spec.extra_hosts = decode_list(json.at("extra_hosts"));
  spec.shm_size = json.at("shm_size").get<std::uint64_t>();
  spec.terminal = json.at("terminal").get<bool>();
  for (const Json& limit : json.at("limits")) {
    spec.limits.push_back({limit.at(0).get<std::string>(), limit.at(1).get<std::int64_t>(),
                           limit.at(2).get<std::int64_t>()});
  }
  return spec;
}

}  // namespace cooper::sandbox
