#include "registry/registry_rules.h"

#include <algorithm>

#include "base/error.h"

namespace cooper::registry {
namespace {

// How many characters of `text` the prefix stands for; 0: it is no prefix of it.
std::size_t matched_length(const std::string& prefix, const std::string& text) {
  if (prefix.starts_with("*.")) {
    const std::size_t host_end = text.find('/');
    const std::string_view host = std::string_view(text).substr(0, host_end);
    const std::string_view domain = std::string_view(prefix).substr(1);
    return host.size() > domain.size() && host.ends_with(domain) ? host.size() : 0;
  }
  if (!text.starts_with(prefix)) return 0;
  if (text.size() == prefix.size()) return prefix.size();
  const char next = text[prefix.size()];
  const bool is_path = prefix.find('/') != std::string::npos;
  return next == '/' || (is_path && (next == ':' || next == '@')) ? prefix.size() : 0;
}

std::string host_of(const std::string& location) { return location.substr(0, location.find('/')); }

const std::string& location_of(const RegistryRule& rule) {
  return rule.location.empty() ? rule.prefix : rule.location;
}

// `location` in the place of the first `length` characters of registry/repository.
oci::Reference moved(const oci::Reference& reference, const std::string& location,
                     std::size_t length) {
  const std::string name = reference.registry + "/" + reference.repository;
  const std::string text = location + name.substr(std::min(length, name.size()));
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == text.size()) {
    throw base::Error(base::ErrorKind::usage, "pull", oci::to_string(reference),
                      "registries.conf sends it to '" + text + "', which names no repository");
  }
  oci::Reference out = reference;
  out.registry = text.substr(0, slash);
  out.repository = text.substr(slash + 1);
  return out;
}

bool serves(const RegistryMirror& mirror, const oci::Reference& reference) {
  switch (mirror.pulls) {
    case RegistryMirror::Pulls::digest_only: return reference.digest.has_value();
    case RegistryMirror::Pulls::tag_only: return !reference.digest.has_value();
    default: return true;
  }
}

}  // namespace

void add_rules(RegistryRules& rules, RegistryRules later) {
  for (RegistryRule& rule : later) {
    std::erase_if(rules, [&](const RegistryRule& old) { return old.prefix == rule.prefix; });
    rules.push_back(std::move(rule));
  }
}

const RegistryRule* find_rule(const RegistryRules& rules, const oci::Reference& reference) {
  const std::string text = oci::to_string(reference);
  const RegistryRule* best = nullptr;
  for (const RegistryRule& rule : rules) {
    if (matched_length(rule.prefix, text) == 0) continue;
    if (best == nullptr || rule.prefix.size() > best->prefix.size()) best = &rule;
  }
  return best;
}

void refuse_blocked(const RegistryRules& rules, const oci::Reference& reference) {
  const RegistryRule* const rule = find_rule(rules, reference);
  if (rule == nullptr || !rule->blocked) return;
  throw base::Error(base::ErrorKind::denied, "use", oci::to_string(reference),
                    "registries.conf blocks '" + rule->prefix + "'");
}

std::vector<oci::Reference> pull_locations(const RegistryRules& rules,
                                           const oci::Reference& reference) {
  refuse_blocked(rules, reference);
  const RegistryRule* const rule = find_rule(rules, reference);
  if (rule == nullptr) return {reference};
  const std::size_t length = matched_length(rule->prefix, oci::to_string(reference));
  std::vector<oci::Reference> out;
  for (const RegistryMirror& mirror : rule->mirrors) {
    if (serves(mirror, reference)) out.push_back(moved(reference, mirror.location, length));
  }
  out.push_back(rule->location.empty() ? reference : moved(reference, rule->location, length));
  return out;
}

bool is_insecure_host(const RegistryRules& rules, const std::string& host) {
  return std::ranges::any_of(rules, [&](const RegistryRule& rule) {
    if (rule.insecure) {
      if (host_of(location_of(rule)) == host || host_of(rule.prefix) == host) return true;
      if (matched_length(rule.prefix, host + "/") > 0) return true;
    }
    return std::ranges::any_of(rule.mirrors, [&](const RegistryMirror& mirror) {
      return mirror.insecure && host_of(mirror.location) == host;
    });
  });
}

}  // namespace cooper::registry
