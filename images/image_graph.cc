#include "images/image_graph.h"

#include <set>

#include "base/error.h"
#include "base/limits.h"
#include "oci/manifest.h"

namespace cooper::images {
namespace {

class Reader {
 public:
  Reader(DocumentSource& source, std::stop_token stop) : source_(source), stop_(std::move(stop)) {}

  void add(Document document, std::uint64_t depth) {
    if (document.bytes.size() != document.descriptor.size ||
        oci::Digest::of_bytes(document.bytes) != document.descriptor.digest) {
      throw base::Error(base::ErrorKind::corrupt, "read", document.descriptor.digest.to_string(),
                        "its bytes do not have that digest and size");
    }
    if (!seen_.insert(document.descriptor.digest).second) return;
    const auto parsed =
        oci::parse_manifest_or_index(document.bytes, document.descriptor.media_type);
    if (const auto* manifest = std::get_if<oci::Manifest>(&parsed)) {
      document.descriptor.media_type = manifest->media_type;
      add_blob(manifest->config);
      for (const oci::Descriptor& layer : manifest->layers) add_blob(layer);
    } else {
      const auto& index = std::get<oci::Index>(parsed);
      document.descriptor.media_type = index.media_type;
      if (depth == base::limit_of(base::Limit::index_depth)) {
        throw base::limit_error(base::Limit::index_depth, "read",
                                document.descriptor.digest.to_string(),
                                "indexes are nested too deeply");
      }
      for (const oci::Descriptor& entry : index.manifests)
        add({entry, source_.read(entry, stop_)}, depth + 1);
    }
    graph_.documents.push_back(std::move(document));
  }

  [[nodiscard]] ImageGraph take() { return std::move(graph_); }

 private:
  void add_blob(const oci::Descriptor& blob) {
    if (seen_.insert(blob.digest).second) graph_.blobs.push_back(blob);
  }

  DocumentSource& source_;
  std::stop_token stop_;
  ImageGraph graph_;
  std::set<oci::Digest> seen_;
};

}  // namespace

ImageGraph read_graph(DocumentSource& source, const std::optional<oci::Platform>& platform,
                      std::stop_token stop) {
  Document top = source.top(stop);
  for (std::uint64_t depth = 0; platform && depth < base::limit_of(base::Limit::index_depth);
       ++depth) {
    const auto parsed = oci::parse_manifest_or_index(top.bytes, top.descriptor.media_type);
    const auto* index = std::get_if<oci::Index>(&parsed);
    if (index == nullptr) break;
    const oci::Descriptor* const entry = oci::find_platform(*index, *platform);
    if (entry == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "read", top.descriptor.digest.to_string(),
                        "the index has no image for " + oci::to_string(*platform));
    }
    top = {*entry, source.read(*entry, stop)};
  }
  Reader reader(source, stop);
  reader.add(std::move(top), 0);
  return reader.take();
}

}  // namespace cooper::images
