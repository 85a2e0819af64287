#include <toml++/toml.h>

#include "base/error.h"
#include "registry/registry_rules.h"

namespace cooper::registry {
namespace {

class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {}

  [[noreturn]] void refuse(const toml::source_region& where, const std::string& cause) const {
    base::Error error(base::ErrorKind::corrupt, "read registries from", file_, cause);
    error.with_spot(
        {file_, static_cast<int>(where.begin.line), static_cast<int>(where.begin.column), 1, {}});
    throw error;
  }

  [[nodiscard]] std::string text(const toml::table& table, const char* name) const {
    const toml::node* const node = table.get(name);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) refuse(node->source(), std::string("'") + name + "' is no string");
    return *value;
  }

  [[nodiscard]] bool flag(const toml::table& table, const char* name) const {
    const toml::node* const node = table.get(name);
    if (node == nullptr) return false;
    const auto value = node->value_exact<bool>();
    if (!value) refuse(node->source(), std::string("'") + name + "' is neither true nor false");
    return *value;
  }

  // The tables of [[name]].
  [[nodiscard]] std::vector<const toml::table*> tables(const toml::table& in,
                                                       const char* name) const {
    std::vector<const toml::table*> out;
    const toml::node* const node = in.get(name);
    if (node == nullptr) return out;
    if (!node->is_array()) refuse(node->source(), std::string("'") + name + "' is no [[table]]");
    for (const toml::node& entry : *node->as_array()) {
      if (!entry.is_table()) refuse(entry.source(), std::string("'") + name + "' is no [[table]]");
      out.push_back(entry.as_table());
    }
    return out;
  }

  // A location: host[:port][/path], without scheme, tag or a slash at the end.
  [[nodiscard]] std::string location(const toml::table& table, const char* name) const {
    const std::string value = text(table, name);
    if (value.find("://") != std::string::npos || value.ends_with('/') ||
        value.find_first_of(" \t\r\n@?#") != std::string::npos) {
      refuse(table.get(name)->source(),
             std::string("'") + name + "' is '" + value + "', not host[:port][/path]");
    }
    return value;
  }

  [[nodiscard]] RegistryMirror mirror(const toml::table& table, bool by_digest_only) const {
    RegistryMirror out{
        location(table, "location"), flag(table, "insecure"),
        by_digest_only ? RegistryMirror::Pulls::digest_only : RegistryMirror::Pulls::all};
    if (out.location.empty()) refuse(table.source(), "a mirror has no 'location'");
    const std::string pulls = text(table, "pull-from-mirror");
    if (pulls == "digest-only") {
      out.pulls = RegistryMirror::Pulls::digest_only;
    } else if (pulls == "tag-only") {
      out.pulls = RegistryMirror::Pulls::tag_only;
    } else if (!pulls.empty() && pulls != "all") {
      refuse(table.get("pull-from-mirror")->source(),
             "'pull-from-mirror' is '" + pulls + "', not all, digest-only or tag-only");
    }
    return out;
  }

  [[nodiscard]] RegistryRule rule(const toml::table& table) const {
    RegistryRule out{text(table, "prefix"), location(table, "location"), flag(table, "insecure"),
                     flag(table, "blocked")};
    if (out.prefix.empty()) out.prefix = out.location;
    if (out.prefix.empty()) refuse(table.source(), "a registry has neither prefix nor location");
    if (out.prefix == out.location) out.location.clear();
    const bool by_digest_only = flag(table, "mirror-by-digest-only");
    for (const toml::table* entry : tables(table, "mirror"))
      out.mirrors.push_back(mirror(*entry, by_digest_only));
    return out;
  }

 private:
  const std::string& file_;
};

}  // namespace

RegistryRules parse_registries_conf(std::string_view text, const std::string& file) {
  const Reader reader(file);
  toml::table document;
  try {
    document = toml::parse(text, file);
  } catch (const toml::parse_error& error) {
    reader.refuse(error.source(), std::string(error.description()));
  }
  if (const toml::node* old = document.get("registries"); old != nullptr && old->is_table()) {
    reader.refuse(old->source(),
                  "this is version 1 of the format; cooper reads version 2, [[registry]]");
  }
  RegistryRules rules;
  for (const toml::table* table : reader.tables(document, "registry")) {
    RegistryRules one;
    one.push_back(reader.rule(*table));
    add_rules(rules, std::move(one));
  }
  return rules;
}

}  // namespace cooper::registry
