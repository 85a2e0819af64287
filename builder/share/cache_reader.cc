#include "builder/share/cache_reader.h"

#include <algorithm>
#include <cstdio>

#include "base/error.h"

namespace cooper::share {
namespace {

constexpr std::size_t kTimeDigits = 8, kDigestDigits = 12;
constexpr std::size_t kMaxPages = 1000;

class Reader {
 public:
  Reader(CacheDepot& depot, std::stop_token stop) : depot_(depot), stop_(std::move(stop)) {}

  cache::PageKind add(const CacheDocument& document, cache::SharedCache& into) {
    const auto parsed = oci::parse_manifest_or_index(document.bytes, document.media_type);
    if (const auto* manifest = std::get_if<oci::Manifest>(&parsed)) return add(*manifest, into);
    const auto& index = std::get<oci::Index>(parsed);
    if (index.manifests.size() > kMaxPages)
      throw base::Error(base::ErrorKind::limit, "read cache", depot_.name(),
                        "it has too many parts");
    cache::PageKind kind = cache::PageKind::none;
    for (const oci::Descriptor& entry : index.manifests) {
      const CacheDocument page = depot_.read_manifest(entry, stop_);
      kind = std::max(kind, add(oci::parse_manifest(page.bytes, page.media_type), into));
    }
    return kind;
  }

 private:
  cache::PageKind add(const oci::Manifest& manifest, cache::SharedCache& into) {
    return cache::add_page(into, manifest, read_config(depot_, manifest.config, stop_));
  }

  CacheDepot& depot_;
  std::stop_token stop_;
};

}  // namespace

std::string part_name(const std::string& name, std::int64_t time, const oci::Digest& digest) {
  char digits[kTimeDigits + 1] = {};
  std::snprintf(digits, sizeof digits, "%08llx", static_cast<unsigned long long>(time));
  return name + "." + digits + "-" + digest.hex().substr(0, kDigestDigits);
}

std::optional<std::int64_t> part_time(const std::string& part, const std::string& name) {
  if (part.size() != name.size() + 1 + kTimeDigits + 1 + kDigestDigits) return std::nullopt;
  if (!part.starts_with(name + ".")) return std::nullopt;
  const std::string digits = part.substr(name.size() + 1, kTimeDigits);
  const std::string rest = part.substr(name.size() + 1 + kTimeDigits);
  constexpr const char* kHex = "0123456789abcdef";
  if (digits.find_first_not_of(kHex) != std::string::npos || rest[0] != '-' ||
      rest.find_first_not_of(kHex, 1) != std::string::npos)
    return std::nullopt;
  return static_cast<std::int64_t>(std::stoull(digits, nullptr, 16));
}

KnownCache read_cache(CacheDepot& depot, std::stop_token stop) {
  Reader reader(depot, stop);
  KnownCache known;
  known.main = depot.find(depot.name(), stop);
  if (known.main) {
    known.kind = reader.add(*known.main, known.cache);
    if (known.kind == cache::PageKind::none)
      throw base::Error(base::ErrorKind::usage, "read cache", depot.name(),
                        "there is no cache of cooper in it");
    if (known.kind == cache::PageKind::image) return known;
  }
  for (const std::string& name : depot.names(stop)) {
    if (!part_time(name, depot.name())) continue;
    if (!known.cache.absorbed.contains(name)) {
      // One that is listed but not there is being written just now, or was removed: it must not
      // count as known.
      const auto part = depot.find(name, stop);
      if (!part) continue;
      static_cast<void>(reader.add(*part, known.cache));
    }
    known.parts.push_back(name);
  }
  return known;
}

}  // namespace cooper::share
