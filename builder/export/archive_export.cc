#include "builder/export/archive_export.h"

#include "base/error.h"
#include "builder/export/image_blobs.h"
#include "builder/export/layout_documents.h"
#include "builder/export/output_file.h"
#include "builder/export/tar_output.h"

namespace cooper::export_ {

void write_image_archive(const Image& image, const Destination& destination,
                         const store::Store& store, std::stop_token stop) {
  if (destination.kind == Kind::docker && !image.children.empty()) {
    throw base::Error(base::ErrorKind::unsupported, "export to", destination.dest,
                      "an archive of type=docker holds one platform")
        .with_hint("write type=oci, or build one platform");
  }
  const std::vector<std::string> references = references_of(image, destination);
  for (const oci::Descriptor& blob : blobs_of(image)) require_blob(image, store, blob);
  OutputFile file(destination.dest);
  TarOutput tar(file);
  tar.add_directory("blobs");
  tar.add_directory("blobs/sha256");
  for (const oci::Descriptor& blob : blobs_of(image)) {
    if (stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "write", destination.dest, "cancelled");
    const std::unique_ptr<base::Source> source =
        store.open_blob(blob.digest);  // checks the digest on the way
    if (source == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "export", image.name,
                        blob.digest.to_string() + " left the store");
    }
    tar.add_file(blob_path(blob.digest), *source, blob.size);
  }
  for (const Document& document : documents_of(image))
    tar.add_file(blob_path(document.descriptor.digest), document.bytes);
  tar.add_file("index.json", merged_index(std::nullopt, index_entries(image, references)));
  if (destination.kind == Kind::docker)
    tar.add_file("manifest.json", docker_manifest(image.parsed, references));
  tar.add_file("oci-layout", kLayoutMarker);
  tar.finish();
  file.finish();
}

}  // namespace cooper::export_
