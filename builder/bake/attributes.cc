#include "builder/bake/attributes.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/scalars.h"
#include "builder/hcl/csv.h"

namespace cooper::bake {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

Attributes to_attributes(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::object) return to_text_map(node, what);
  return parse_attributes(to_text(node, what), node.where);
}

void check_keys(const Attributes& attributes, const std::vector<std::string>& known,
                const Position& where, const std::string& what) {
  for (const auto& entry : attributes) {
    if (std::find(known.begin(), known.end(), entry.first) != known.end()) continue;
    fail_at(where, "unknown key '" + entry.first + "' in " + what,
            base::did_you_mean(entry.first, known));
  }
}

std::string take(Attributes& attributes, const std::string& key) {
  auto node = attributes.extract(key);
  return node ? std::move(node.mapped()) : std::string{};
}

}  // namespace

Attributes parse_attributes(std::string_view text, const Position& where) {
  Attributes attributes;
  std::string why;
  const auto fields = hcl::read_csv_row(text, why);
  if (!fields) fail_at(where, "a quote is misplaced in '" + std::string(text) + "'");
  for (const std::string& field : *fields) {
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos)
      fail_at(where, "'" + field + "' must be of the form key=value");
    attributes[lower(std::string_view(field).substr(0, equals))] = field.substr(equals + 1);
  }
  return attributes;
}

std::string join_attributes(const Attributes& attributes, const std::vector<std::string>& first) {
  std::string out;
  const auto add = [&out](const std::string& key, const std::string& value) {
    std::string field = key;
    field += '=';
    field += value;
    if (field.find_first_of(",\"") != std::string::npos) {
      std::string quoted = "\"";
      for (const char c : field) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
      field = quoted + '"';
    }
    out += (out.empty() ? "" : ",") + field;
  };
  for (const std::string& key : first) {
    const auto found = attributes.find(key);
    if (found != attributes.end() && !found->second.empty()) add(key, found->second);
  }
  for (const auto& [key, value] : attributes) {
    if (std::find(first.begin(), first.end(), key) == first.end()) add(key, value);
  }
  return out;
}

std::string normal_secret(const Node& node) {
  Attributes attributes = to_attributes(node, "secret");
  check_keys(attributes, {"id", "src", "source", "env", "type"}, node.where, "a secret");
  if (attributes.count("source") != 0) attributes["src"] = take(attributes, "source");
  const std::string type = take(attributes, "type");
  if (!type.empty() && type != "file" && type != "env") {
    fail_at(node.where, "unknown secret type '" + type + "'", "it must be file or env");
  }
  if (type == "env" && attributes.count("env") == 0) attributes["env"] = take(attributes, "src");
  return join_attributes(attributes, {"id", "src", "env"});
}

std::string normal_output(const Node& node) {
  if (node.kind == Node::Kind::string && node.text.find_first_of("=,") == std::string::npos) {
    if (node.text == "-") return "type=tar,dest=-";
    return join_attributes({{"type", "local"}, {"dest", node.text}}, {"type", "dest"});
  }
  const Attributes attributes = to_attributes(node, "output");
  if (attributes.count("type") == 0)
    fail_at(node.where, "an output needs a type", "write type=oci,dest=path");
  return join_attributes(attributes, {"type", "dest"});
}

std::string normal_cache(const Node& node) {
  if (node.kind == Node::Kind::string && node.text.find_first_of("=,") == std::string::npos) {
    return join_attributes({{"type", "registry"}, {"ref", node.text}}, {"type"});
  }
  const Attributes attributes = to_attributes(node, "cache");
  if (attributes.count("type") == 0)
    fail_at(node.where, "a cache needs a type", "write type=registry,ref=name");
  return join_attributes(attributes, {"type"});
}

std::string normal_ssh(const Node& node) {
  if (node.kind != Node::Kind::object) return to_text(node, "ssh");
  std::string text;
  for (const Member& member : node.members) {
    if (member.key == "id") text = to_text(member.value, "id of ssh") + text;
    if (member.key == "paths") {
      std::string paths;
      for (const std::string& path : to_texts(member.value, "paths of ssh"))
        paths += (paths.empty() ? "" : ",") + path;
      if (!paths.empty()) text += "=" + paths;
    }
    if (member.key != "id" && member.key != "paths")
      fail_at(member.where, "unknown key '" + member.key + "' in ssh");
  }
  return text;
}

std::string normal_attest(const Node& node) {
  Attributes attributes = to_attributes(node, "attest");
  if (attributes.count("type") == 0)
    fail_at(node.where, "an attestation needs a type", "write type=provenance or type=sbom");
  const auto disabled = attributes.find("disabled");
  if (disabled != attributes.end()) {
    const auto value = parse_boolean(disabled->second);
    if (!value) {
      fail_at(node.where, "'disabled' must be true or false, not '" + disabled->second + "'");
    }
    disabled->second = "true";
    if (!*value) attributes.erase(disabled);
  }
  return join_attributes(attributes, {"type", "disabled"});
}

std::vector<std::string> last_of_each(const std::vector<std::string>& entries,
                                      const std::string& key) {
  std::vector<std::string> kept;
  std::map<std::string, std::size_t> places;
  for (const std::string& entry : entries) {
    if (entry.empty()) continue;
    const std::string id =
        key.empty() ? entry.substr(0, entry.find('=')) : parse_attributes(entry, {})[key];
    const auto [place, is_new] = places.try_emplace(id, kept.size());
    if (is_new) {
      kept.push_back(entry);
    } else {
      kept[place->second] = entry;
    }
  }
  return kept;
}

}  // namespace cooper::bake
