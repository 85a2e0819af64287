#include "builder/bake/compose_build.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/compose_pairs.h"
#include "builder/bake/context_path.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

// privileged, isolation and entitlements are for compose alone, as in buildx.
const std::vector<std::string> kBuildKeys{"additional_contexts",
                                          "args",
                                          "cache_from",
                                          "cache_to",
                                          "context",
                                          "dockerfile",
                                          "dockerfile_inline",
                                          "entitlements",
                                          "extra_hosts",
                                          "isolation",
                                          "labels",
                                          "network",
                                          "no_cache",
                                          "platforms",
                                          "privileged",
                                          "provenance",
                                          "pull",
                                          "sbom",
                                          "secrets",
                                          "shm_size",
                                          "ssh",
                                          "tags",
                                          "target",
                                          "ulimits"};
const std::vector<std::string> kBakeKeys{"cache-from",      "cache-to", "contexts",  "no-cache",
                                         "no-cache-filter", "output",   "platforms", "pull",
                                         "secret",          "ssh",      "tags"};

void append(Texts& texts, const Texts& more) {
  texts.insert(texts.end(), more.begin(), more.end());
}

void append(std::optional<Texts>& texts, const Texts& more) {
  if (!texts) texts.emplace();
  append(*texts, more);
}

std::string service_link(const std::string& context) {
  for (const std::string_view prefix : {"service:", "target:"}) {
    if (!context.starts_with(prefix)) continue;
    std::string name = context.substr(prefix.size());
    std::replace(name.begin(), name.end(), '.', '_');
    return "target:" + name;
  }
  return context;
}

// Texts, each through `normal`; a reference of a cache may be a list with commas.
Texts entries(const Node& node, const std::string& what, std::string (*normal)(const Node&)) {
  Texts made;
  for (const std::string& text : words_of(node, what)) {
    Node item = hcl::make_text(text);
    item.where = node.where;
    if (!text.empty()) made.push_back(normal(item));
  }
  return made;
}

class BuildSection {
 public:
  BuildSection(const Member& service, const Node* secrets, const Environment& variables)
      : service_(service), secrets_(secrets), variables_(variables) {}

  PartialTarget read(const Node& build) {
    target_.where = service_.where;
    for (const Member& member : build.members) {
      if (member.key == "x-bake") extension(member);
      if (member.key.starts_with("x-")) continue;
      if (std::find(kBuildKeys.begin(), kBuildKeys.end(), member.key) == kBuildKeys.end()) {
        fail_at(member.where, "unknown key '" + member.key + "' in the build section of " + name(),
                base::did_you_mean(member.key, kBuildKeys), member.key.size());
      }
      if (member.value.kind == Node::Kind::null) continue;
      place_of(member);
      const std::string what = "'" + member.key + "' of " + name();
      read_texts(member.key, member.value, what);
      read_lists(member.key, member.value, what);
      read_pairs(member.key, member.value, what);
    }
    add_extension();
    const Node* image = service_.value.find("image");
    if ((!target_.tags || target_.tags->empty()) && image != nullptr &&
        image->kind != Node::Kind::null) {
      target_.tags = Texts{to_text(*image, "'image' of " + name())};
    }
    return std::move(target_);
  }

 private:
  [[nodiscard]] std::string name() const { return "service '" + service_.key + "'"; }

  void place_of(const Member& member) {
    std::string key = member.key;
    std::replace(key.begin(), key.end(), '_', '-');
    if (key == "secrets") key = "secret";
    if (key == "sbom" || key == "provenance") key = "attest";
    target_.written[key] = member.where;
  }

  void read_texts(const std::string& key, const Node& value, const std::string& what) {
    const auto text = [&] { return to_text(value, what); };
    if (key == "context" && !text().empty()) target_.context = clean_path(text());
    if (key == "dockerfile" && !text().empty()) target_.dockerfile = text();
    if (key == "dockerfile_inline" && !text().empty()) target_.dockerfile_inline = text();
    if (key == "target" && !text().empty()) target_.target = text();
    if (key == "network" && !text().empty()) target_.network = text();
    if (key == "no_cache" && to_boolean(value, what)) target_.no_cache = true;
    if (key == "pull" && to_boolean(value, what)) target_.pull = true;
    if (key == "shm_size") target_.shm_size = size_text(value, what);
    if (key == "sbom" || key == "provenance") {
      const auto asked = parse_boolean(text());
      Node attest = hcl::make_text(
          "type=" + key + "," + (asked ? (*asked ? "disabled=false" : "disabled=true") : text()));
      attest.where = value.where;
      target_.attests.push_back(normal_attest(attest));
    }
  }

  void read_lists(const std::string& key, const Node& value, const std::string& what) {
    if (key == "tags") target_.tags = to_texts(value, what);
    if (key == "platforms") target_.platforms = to_texts(value, what);
    if (key == "cache_from") target_.cache_from = entries(value, what, normal_cache);
    if (key == "cache_to") target_.cache_to = entries(value, what, normal_cache);
    if (key == "ssh") read_ssh(value, what);
    if (key == "secrets") read_secrets(value, what);
    if (key == "ulimits") read_ulimits(value, what);
  }

  void read_pairs(const std::string& key, const Node& value, const std::string& what) {
    if (key == "args") read_args(pairs_node(value, key), what);
    if (key == "labels") target_.labels = to_text_map(pairs_node(value, key), what);
    if (key == "extra_hosts") {
      for (const Member& member : pairs_node(value, key).members) {
        std::string joined;
        for (const std::string& address : to_texts(member.value, what))
          joined += (joined.empty() ? "" : ",") + address;
        target_.extra_hosts[member.key] = joined;
      }
    }
    if (key != "additional_contexts") return;
    for (const auto& [context, place] : to_text_map(pairs_node(value, key), what))
      target_.contexts[context] = service_link(clean_path(place));
  }

  void read_args(const Node& args, const std::string& what) {
    for (const Member& member : args.members) {
      if (member.value.kind != Node::Kind::null) {
        target_.args[member.key] = to_text(member.value, "'" + member.key + "' in " + what);
        continue;
      }
      if (auto value = environment_value(member)) target_.args[member.key] = std::move(*value);
    }
  }

  // The service's environment first.
  std::optional<std::string> environment_value(const Member& argument) const {
    const Node* environment = service_.value.find("environment");
    if (environment != nullptr) {
      const Node pairs = pairs_node(*environment, "environment");
      const Node* value = pairs.find(argument.key);
      if (value != nullptr && value->kind != Node::Kind::null)
        return to_text(*value, "'" + argument.key + "' in the environment of " + name());
    }
    if (const Node* file = service_.value.find("env_file")) {
      fail_at(file->where,
              "'env_file' is not read, but the argument '" + argument.key + "' of " + name() +
                  " has no value",
              "give the argument a value", 1, base::ErrorKind::unsupported);
    }
    return variables_(argument.key);
  }

  void read_ssh(const Node& value, const std::string& what) {
    Texts keys;
    if (value.kind == Node::Kind::object) {
      for (const auto& [id, path] : to_text_map(value, what))
        keys.push_back(path.empty() ? id : id + "=" + path);
      for (const Member& member : value.members) {
        if (member.value.kind == Node::Kind::null) keys.push_back(member.key);
      }
    } else {
      keys = to_texts(value, what);
    }
    std::sort(keys.begin(), keys.end());
    target_.ssh = std::move(keys);
  }

  void read_secrets(const Node& value, const std::string& what) {
    if (value.kind != Node::Kind::list)
      fail_at(value.where, what + " must be a list, not " + describe(value.kind));
    for (const Node& item : value.items) {
      const Node* source = item.kind == Node::Kind::object ? item.find("source") : &item;
      if (source == nullptr) fail_at(item.where, "a secret needs a source");
      const std::string id = to_text(*source, "each of " + what);
      const Node* defined = secrets_ != nullptr ? secrets_->find(id) : nullptr;
      if (defined == nullptr || defined->kind != Node::Kind::object) {
        fail_at(source->where, "there is no secret '" + id + "'",
                "define it below 'secrets' at the top of the file", id.size());
      }
      Attributes attributes{{"id", id}};
      const Node* external = defined->find("external");
      if (external != nullptr && to_boolean(*external, "'external'")) {
        fail_at(external->where, "the secret '" + id + "' is external, which is not supported", {},
                1, base::ErrorKind::unsupported);
      }
      if (const Node* file = defined->find("file"))
        attributes["src"] = clean_path(to_text(*file, "'file'"));
      if (const Node* variable = defined->find("environment"))
        attributes["env"] = to_text(*variable, "'environment'");
      target_.secrets.push_back(join_attributes(attributes, {"id", "src", "env"}));
    }
  }

  void read_ulimits(const Node& value, const std::string& what) {
    if (value.kind != Node::Kind::object)
      fail_at(value.where, what + " must be a mapping, not " + describe(value.kind));
    for (const Member& member : value.members) {
      std::string soft, hard;
      if (member.value.kind == Node::Kind::object) {
        const auto limits = to_text_map(member.value, what);
        soft = limits.count("soft") != 0 ? limits.at("soft") : "0";
        hard = limits.count("hard") != 0 ? limits.at("hard") : "0";
      } else {
        soft = hard = to_text(member.value, what);
      }
      target_.ulimits.push_back(member.key + "=" + soft + ":" + hard);
    }
    std::sort(target_.ulimits.begin(), target_.ulimits.end());
  }

  void extension(const Member& member) {
    if (member.value.kind == Node::Kind::null) return;
    if (member.value.kind != Node::Kind::object)
      fail_at(member.value.where, "'x-bake' must be a mapping, not " + describe(member.value.kind));
    extension_ = &member.value;
  }

  // What x-bake says goes over or behind what the section says.
  void add_extension() {
    if (extension_ == nullptr) return;
    for (const Member& member : extension_->members) {
      const std::string& key = member.key;
      const Node& value = member.value;
      const std::string what = "'" + key + "' in 'x-bake' of " + name();
      if (std::find(kBakeKeys.begin(), kBakeKeys.end(), key) == kBakeKeys.end()) {
        fail_at(member.where, "unknown key " + what, base::did_you_mean(key, kBakeKeys),
                key.size());
      }
      if (value.kind == Node::Kind::null) continue;
      target_.written[key] = member.where;
      if (key == "tags") append(target_.tags, words_of(value, what));
      if (key == "platforms") append(target_.platforms, words_of(value, what));
      if (key == "no-cache-filter") append(target_.no_cache_filter, words_of(value, what));
      if (key == "cache-from") append(target_.cache_from, entries(value, what, normal_cache));
      if (key == "cache-to") append(target_.cache_to, entries(value, what, normal_cache));
      if (key == "output") append(target_.outputs, entries(value, what, normal_output));
      if (key == "secret") append(target_.secrets, entries(value, what, normal_secret));
      if (key == "ssh") append(target_.ssh, entries(value, what, normal_ssh));
      if (key == "pull") target_.pull = to_boolean(value, what);
      if (key == "no-cache") target_.no_cache = to_boolean(value, what);
      if (key != "contexts") continue;
      for (const auto& [context, place] : to_text_map(value, what))
        target_.contexts.try_emplace(context, service_link(place));
    }
    std::sort(target_.ssh.begin(), target_.ssh.end());
  }

  const Member& service_;
  const Node* secrets_;
  const Environment& variables_;
  const Node* extension_ = nullptr;
  PartialTarget target_;
};

}  // namespace

PartialTarget read_build(const Member& service, const Node& build, const Node* secrets,
                         const Environment& variables) {
  return BuildSection(service, secrets, variables).read(build);
}

}  // namespace cooper::bake
