#include "builder/export/layout_export.h"

#include "base/error.h"
#include "builder/export/image_blobs.h"
#include "builder/export/layout_documents.h"
#include "builder/export/layout_writer.h"

namespace cooper::export_ {

void write_image_layout(const Image& image, const Destination& destination,
                        const store::Store& store, std::stop_token stop) {
  LayoutWriter layout(destination.dest);
  for (const oci::Descriptor& blob : blobs_of(image)) {
    if (stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "write", destination.dest, "cancelled");
    if (layout.has(blob)) continue;
    require_blob(image, store, blob);
    const std::unique_ptr<base::Source> source = store.open_blob(blob.digest);
    if (source == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "export", image.name,
                        blob.digest.to_string() + " left the store");
    }
    layout.add(blob, *source);
  }
  for (const Document& document : documents_of(image)) {
    base::StringSource bytes(document.bytes);
    layout.add(document.descriptor, bytes);
  }
  layout.write_index(
      merged_index(layout.index(), index_entries(image, references_of(image, destination))));
}

}  // namespace cooper::export_
