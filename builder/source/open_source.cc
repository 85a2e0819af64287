#include "builder/source/open_source.h"

#include "base/error.h"
#include "builder/source/archive_files.h"
#include "builder/source/docker_archive_source.h"
#include "builder/source/layout_source.h"
#include "builder/source/registry_source.h"
#include "builder/source/store_source.h"
#include "oci/reference.h"

namespace cooper::source {
namespace {

// The text after `prefix`; nullopt when it does not begin with it.
std::optional<std::string> after(const std::string& text, const std::string& prefix) {
  if (text.rfind(prefix, 0) != 0) return std::nullopt;
  return text.substr(prefix.size());
}

}  // namespace

LayoutLocation parse_layout_location(const std::string& text) {
  LayoutLocation out{text};
  if (const std::size_t at = out.path.rfind('@'); at != std::string::npos) {
    out.digest = oci::Digest::try_parse(out.path.substr(at + 1));
    if (out.digest) out.path.resize(at);
  }
  const std::size_t colon = out.path.rfind(':');
  const std::size_t slash = out.path.rfind('/');
  if (colon != std::string::npos && (slash == std::string::npos || colon > slash)) {
    out.tag = out.path.substr(colon + 1);
    out.path.resize(colon);
  }
  if (out.path.empty())
    throw base::Error(base::ErrorKind::usage, "open image", text, "there is no path in it");
  return out;
}

std::unique_ptr<ImageSource> open_source(const std::string& text, const SourceTools& tools) {
  if (const auto rest = after(text, "oci-layout://")) {
    LayoutLocation location = parse_layout_location(*rest);
    return std::make_unique<LayoutSource>(open_layout_directory(location.path),
                                          LayoutSelector{std::move(location.tag), location.digest},
                                          text);
  }
  if (const auto rest = after(text, "oci-archive:")) {
    LayoutLocation location = parse_layout_location(*rest);
    return std::make_unique<LayoutSource>(open_layout_archive(location.path),
                                          LayoutSelector{std::move(location.tag), location.digest},
                                          text);
  }
  if (const auto rest = after(text, "docker-archive:")) {
    const std::size_t colon = rest->find(':');
    const std::string reference =
        colon == std::string::npos ? std::string() : rest->substr(colon + 1);
    return std::make_unique<DockerArchiveSource>(open_layout_archive(rest->substr(0, colon)),
                                                 reference);
  }
  if (const auto rest = after(text, "cooper-store:")) {
    if (tools.store == nullptr)
      throw base::Error(base::ErrorKind::usage, "open image", text, "there is no store");
    return std::make_unique<StoreSource>(*tools.store, oci::to_string(oci::parse_reference(*rest)));
  }
  const std::string reference =
      after(text, "docker-image://").value_or(after(text, "docker://").value_or(text));
  if (reference.find("://") != std::string::npos) {
    throw base::Error(base::ErrorKind::usage, "open image", text,
                      "not an image: docker-image://, oci-layout:// and docker-archive: are known");
  }
  return std::make_unique<RegistrySource>(tools.client, oci::parse_reference(reference),
                                          tools.store);
}

}  // namespace cooper::source
