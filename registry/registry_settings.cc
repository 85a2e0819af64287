#include "registry/registry_settings.h"

#include <algorithm>
#include <filesystem>

#include "base/error.h"
#include "base/host_file.h"
#include "registry/certificates.h"
#include "registry/docker_config.h"
#include "registry/endpoint.h"

namespace cooper::registry {
namespace {

constexpr std::uint64_t kMaxConfBytes = 1U << 20;

// False: there is no such file.
bool read_conf(RegistryRules& rules, const std::string& file) {
  const std::optional<std::string> text = base::try_read_host_file(file, kMaxConfBytes);
  if (text) add_rules(rules, parse_registries_conf(*text, file));
  return text.has_value();
}

void read_drop_ins(RegistryRules& rules, const std::string& directory) {
  std::error_code none;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(directory, none)) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path().string());
  }
  std::ranges::sort(files);
  for (const std::string& file : files) read_conf(rules, file);
}

// The names under which certs.d may have a host that is reached at `authority`.
std::vector<std::string> names_of(const std::string& authority) {
  if (authority == "registry-1.docker.io") return {authority, "docker.io"};
  return {authority};
}

std::optional<http::HostTls> certificates_of(const std::string& authority,
                                             const std::vector<std::string>& directories) {
  for (const std::string& name : names_of(authority)) {
    if (auto found = find_certificates(name, directories)) return found;
  }
  return std::nullopt;
}

}  // namespace

RegistrySettings open_registry_settings(const Environment& environment) {
  RegistrySettings settings;
  settings.certificate_directories = certificate_directories();
  if (const std::string named = environment("CONTAINERS_REGISTRIES_CONF"); !named.empty()) {
    if (!read_conf(settings.rules, named)) {
      throw base::Error(base::ErrorKind::not_found, "read registries from", named,
                        "CONTAINERS_REGISTRIES_CONF names a file that does not exist");
    }
    return settings;
  }
  const std::string home = environment("HOME");
  const std::string own = home.empty() ? "" : home + "/.config/containers/registries.conf";
  if (own.empty() || !read_conf(settings.rules, own))
    read_conf(settings.rules, "/etc/containers/registries.conf");
  read_drop_ins(settings.rules, "/etc/containers/registries.conf.d");
  if (!own.empty()) read_drop_ins(settings.rules, own + ".d");
  return settings;
}

void allow_realm(RegistrySettings& settings, const std::string& text) {
  const std::size_t equals = text.find('=');
  const auto url =
      equals == std::string::npos ? std::nullopt : http::try_parse_url(text.substr(equals + 1));
  if (!url || equals == 0 || url->path != "/" || !url->userinfo.empty() || !url->query.empty()) {
    throw base::Error(base::ErrorKind::usage, "use --auth-realm", text,
                      "not HOST=https://TOKEN-SERVER");
  }
  settings.realms[normalized_registry_key(text.substr(0, equals))] = http::origin(*url);
}

void allow_insecure(RegistrySettings& settings, const std::string& host) {
  static_cast<void>(registry_endpoint(host, {}));  // throws for what is no host
  settings.insecure.insert(normalized_registry_key(host));
}

ClientOptions client_options(const RegistrySettings& settings) {
  ClientOptions options;
  options.realms = settings.realms;
  options.rules = settings.rules;
  options.insecure = settings.insecure;
  options.has_certificates = [directories =
                                  settings.certificate_directories](const std::string& host) {
    return find_certificates(host, directories).has_value();
  };
  return options;
}

http::CurlOptions curl_options(const RegistrySettings& settings) {
  http::CurlOptions options = http::curl_options_from_environment();
  options.tls_for = [settings](const std::string& authority) {
    http::HostTls tls =
        certificates_of(authority, settings.certificate_directories).value_or(http::HostTls{});
    for (const std::string& name : names_of(authority)) {
      if (settings.insecure.count(name) > 0 || is_insecure_host(settings.rules, name))
        tls.verify = false;
    }
    return tls;
  };
  return options;
}

}  // namespace cooper::registry
