#include "registry/certificates.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include "base/error.h"
#include "base/host_file.h"

namespace cooper::registry {
namespace {

constexpr std::uint64_t kMaxPemBytes = 1U << 20;

// nullopt: no such directory.
std::optional<std::vector<std::string>> list(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), &::closedir);
  if (!open) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    base::throw_errno("read certificates in", directory);
  }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(open.get())) names.emplace_back(entry->d_name);
  std::ranges::sort(names);
  return names;
}

[[noreturn]] void refuse(const std::string& directory, const std::string& cause) {
  throw base::Error(base::ErrorKind::usage, "read certificates in", directory, cause);
}

std::string stem(const std::string& name) { return name.substr(0, name.rfind('.')); }

http::HostTls read(const std::string& directory, const std::vector<std::string>& names) {
  const auto has = [&](const std::string& name) {
    return std::ranges::find(names, name) != names.end();
  };
  http::HostTls out;
  for (const std::string& name : names) {
    const std::string path = directory + "/" + name;
    if (name.ends_with(".crt")) {
      const auto pem = base::try_read_host_file(path, kMaxPemBytes);
      if (!pem) refuse(directory, "'" + name + "' cannot be read");
      out.authorities += *pem + "\n";
    } else if (name.ends_with(".cert")) {
      if (!has(stem(name) + ".key")) refuse(directory, "'" + name + "' has no key beside it");
      if (!out.client_certificate.empty()) refuse(directory, "there are two client certificates");
      out.client_certificate = path;
      out.client_key = directory + "/" + stem(name) + ".key";
    } else if (name.ends_with(".key") && !has(stem(name) + ".cert")) {
      refuse(directory, "'" + name + "' has no certificate beside it");
    }
  }
  return out;
}

}  // namespace

std::vector<std::string> certificate_directories() {
  std::vector<std::string> out;
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    out.push_back(std::string(home) + "/.config/containers/certs.d");
    out.push_back(std::string(home) + "/.config/docker/certs.d");
  }
  out.emplace_back("/etc/containers/certs.d");
  out.emplace_back("/etc/docker/certs.d");
  return out;
}

std::optional<http::HostTls> find_certificates(const std::string& host,
                                               const std::vector<std::string>& directories) {
  if (host.empty() || host.front() == '.' || host.find('/') != std::string::npos)
    return std::nullopt;
  for (const std::string& directory : directories) {
    const std::string of_host = directory + "/" + host;
    if (const auto names = list(of_host)) return read(of_host, *names);
  }
  return std::nullopt;
}

}  // namespace cooper::registry
