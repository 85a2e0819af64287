#include "images/copy_image.h"

#include "base/error.h"
#include "builder/source/open_source.h"
#include "images/layout_destination.h"
#include "images/spool.h"
#include "oci/image_config.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::images {
namespace {

std::vector<registry::PushBlob> push_blobs(const ImageGraph& graph, const Spool& spool,
                                           const std::vector<std::string>& mount_from) {
  std::vector<registry::PushBlob> blobs;
  for (const oci::Descriptor& blob : graph.blobs) {
    blobs.push_back(
        {blob, [&spool, blob](std::uint64_t offset) { return spool.open(blob, offset); },
         [&spool, blob](std::stop_token stop) { spool.fetch(blob, std::move(stop)); }, mount_from});
  }
  return blobs;
}

CopyReport copy_to_registry(DocumentSource& source, const ImageGraph& graph,
                            const oci::Reference& to, registry::Client& client,
                            const store::Store& store, const CopyOptions& options,
                            const std::stop_token& stop) {
  if (to.digest) {
    throw base::Error(base::ErrorKind::usage, "copy to", oci::to_string(to),
                      "a digest cannot be chosen; name a tag");
  }
  const registry::Repository repository = client.repository(to);
  CopyReport report{graph.top().descriptor};
  const auto there = repository.head_manifest(to.tag, stop);
  if (there && there->digest == report.top.digest) {
    for (const oci::Descriptor& blob : graph.blobs) report.reused_bytes += blob.size;
    return report;
  }
  std::vector<std::string> mount_from;
  const auto from = source.repository();
  if (from && from->host().name() == to.registry && from->name() != to.repository)
    mount_from.push_back(from->name());
  const Spool spool(store, source);
  std::vector<registry::PushImage> images;
  for (const Document& document : graph.documents)
    images.push_back({oci::to_string(to), document.bytes, document.descriptor.media_type, {}, {}});
  images.front().blobs = push_blobs(graph, spool, mount_from);  // all are there before any manifest
  images.back().tags = {to.tag};
  registry::PushOptions push;
  push.progress = options.progress;
  registry::PushSession session(repository, push);
  for (const registry::PushReport& one : session.push(images, stop)) {
    report.copied_bytes += one.pushed_bytes;
    report.reused_bytes += one.reused_bytes;
  }
  return report;
}

std::vector<oci::DiffId> layers_of(DocumentSource& source, const oci::Descriptor& config,
                                   const std::stop_token& stop) {
  const std::string bytes = source.read(config, stop);
  if (oci::Digest::of_bytes(bytes) != config.digest) {
    throw base::Error(base::ErrorKind::corrupt, "read", config.digest.to_string(),
                      "its bytes do not have that digest");
  }
  try {
    return oci::parse_image_config(bytes).diff_ids;
  } catch (const base::Error&) {
    return {};  // copied as it is: whoever runs it will judge
  }
}

void check_images(DocumentSource& source, const ImageGraph& graph, const CopyOptions& options,
                  bool to_registry, const std::stop_token& stop) {
  if (!options.check_layers) return;
  for (const Document& document : graph.documents) {
    const auto parsed =
        oci::parse_manifest_or_index(document.bytes, document.descriptor.media_type);
    const auto* manifest = std::get_if<oci::Manifest>(&parsed);
    if (manifest == nullptr || !oci::media_type::is_image_config(manifest->config.media_type))
      continue;
    options.check_layers(layers_of(source, manifest->config, stop), to_registry);
  }
}

}  // namespace

CopyReport copy_image(DocumentSource& source, const std::string& destination,
                      registry::Client& client, const store::Store& store,
                      const CopyOptions& options, std::stop_token stop) {
  // A destination that is wrong is found before anything is read.
  const auto directory = after_layout_prefix(destination);
  const auto archive = after_prefix(destination, "oci-archive:");
  const auto saved = after_prefix(destination, "docker-archive:");
  std::optional<oci::Reference> reference;
  std::optional<DockerArchivePlace> docker;
  if (saved) {
    docker = parse_docker_archive(*saved);
  } else if (!directory && !archive) {
    const std::string plain = plain_reference(destination);
    if (plain.find("://") != std::string::npos || plain.starts_with("cooper-store:")) {
      throw base::Error(
          base::ErrorKind::usage, "copy to", destination,
          "a registry, oci-layout:// (or oci:), oci-archive: or docker-archive: can be "
          "written to")
          .with_hint(plain.starts_with("cooper-store:") ? "cooper pull fetches into the store"
                                                        : "");
    }
    reference = oci::parse_reference(plain);
  }
  const ImageGraph graph = read_graph(source, options.platform, stop);
  check_images(source, graph, options, reference.has_value(), stop);
  if (reference) return copy_to_registry(source, graph, *reference, client, store, options, stop);
  if (docker) {
    const LayoutCopy copied =
        write_docker_archive(graph, source, store, docker->path, docker->reference, stop);
    return {graph.top().descriptor, copied.written_bytes, copied.present_bytes};
  }
  const auto location = source::parse_layout_location(directory ? *directory : *archive);
  if (location.digest) {
    throw base::Error(base::ErrorKind::usage, "copy to", destination,
                      "a digest cannot be chosen; name a tag");
  }
  const LayoutCopy copied =
      directory ? write_layout(graph, source, location.path, location.tag, stop)
                : write_layout_archive(graph, source, store, location.path, location.tag, stop);
  return {graph.top().descriptor, copied.written_bytes, copied.present_bytes};
}

}  // namespace cooper::images
