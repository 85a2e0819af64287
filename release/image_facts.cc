#include "release/image_facts.h"

#include <algorithm>

#include "base/error.h"
#include "base/limits.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/time_text.h"

namespace cooper::release {
namespace {

constexpr const char* kVersion = "org.opencontainers.image.version";

// Documents that cannot be read say nothing; trouble with the registry is an error all the same.
template <class Read>
auto unless_unreadable(Read read) -> decltype(read()) {
  try {
    return read();
  } catch (const base::Error& error) {
    const bool about_document =
        error.kind() == base::ErrorKind::corrupt || error.kind() == base::ErrorKind::unsupported ||
        error.kind() == base::ErrorKind::limit || error.kind() == base::ErrorKind::not_found;
    if (!about_document) throw;
    return {};
  }
}

auto read_document(const registry::Repository& repository, const oci::Digest& digest,
                   const std::stop_token& stop) {
  const registry::FetchedManifest fetched = repository.get_manifest(digest.to_string(), stop);
  return oci::parse_manifest_or_index(fetched.bytes, fetched.descriptor.media_type);
}

oci::ImageConfig read_config(const registry::Repository& repository, const oci::Manifest& manifest,
                             const std::stop_token& stop) {
  if (manifest.config.size > base::limit_of(base::Limit::document_bytes)) {
    throw base::limit_error(base::Limit::document_bytes, "read configuration of",
                            repository.display_name(), "it is larger than a document may be");
  }
  base::StringSink sink;
  repository.get_blob(manifest.config, sink, stop);
  return oci::parse_image_config(sink.take());
}

std::optional<std::string> find_in(const std::map<std::string, std::string>& map) {
  const auto found = map.find(kVersion);
  return found == map.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::string> version_at(const registry::Repository& repository,
                                      const oci::Digest& digest, std::uint64_t depth,
                                      const std::stop_token& stop) {
  const auto document = read_document(repository, digest, stop);
  if (const auto* index = std::get_if<oci::Index>(&document)) {
    if (auto version = find_in(index->annotations)) return version;
    if (index->manifests.empty() || depth == base::limit_of(base::Limit::index_depth))
      return std::nullopt;
    return version_at(repository, index->manifests.front().digest, depth + 1, stop);
  }
  const auto& manifest = std::get<oci::Manifest>(document);
  if (auto version = find_in(manifest.annotations)) return version;
  return find_in(read_config(repository, manifest, stop).config.labels);
}

std::optional<std::int64_t> created_at(const registry::Repository& repository,
                                       const oci::Digest& digest, std::uint64_t depth,
                                       const std::stop_token& stop) {
  const auto document = read_document(repository, digest, stop);
  if (const auto* manifest = std::get_if<oci::Manifest>(&document))
    return oci::try_parse_rfc3339(read_config(repository, *manifest, stop).created);
  std::optional<std::int64_t> youngest;
  for (const oci::Descriptor& entry : std::get<oci::Index>(document).manifests) {
    if (depth == base::limit_of(base::Limit::index_depth)) return std::nullopt;
    const auto created = created_at(repository, entry.digest, depth + 1, stop);
    if (!created) return std::nullopt;
    youngest = std::max(youngest.value_or(*created), *created);
  }
  return youngest;
}

void add_children(const registry::Repository& repository, const oci::Digest& digest,
                  std::uint64_t depth, std::vector<oci::Digest>& children,
                  const std::stop_token& stop) {
  const auto document = read_document(repository, digest, stop);
  const auto* index = std::get_if<oci::Index>(&document);
  if (index == nullptr) return;
  for (const oci::Descriptor& entry : index->manifests) {
    children.push_back(entry.digest);
    if (oci::media_type::is_index(entry.media_type) &&
        depth < base::limit_of(base::Limit::index_depth))
      add_children(repository, entry.digest, depth + 1, children, stop);
  }
}

}  // namespace

std::optional<std::string> read_version(const registry::Repository& repository,
                                        const oci::Digest& digest, const std::stop_token& stop) {
  return unless_unreadable([&] { return version_at(repository, digest, 0, stop); });
}

std::optional<std::int64_t> read_created(const registry::Repository& repository,
                                         const oci::Digest& digest, const std::stop_token& stop) {
  return unless_unreadable([&] { return created_at(repository, digest, 0, stop); });
}

std::vector<oci::Digest> read_children(const registry::Repository& repository,
                                       const oci::Descriptor& top, const std::stop_token& stop) {
  std::vector<oci::Digest> children;
  if (oci::media_type::is_index(top.media_type))
    add_children(repository, top.digest, 0, children, stop);
  return children;
}

}  // namespace cooper::release
