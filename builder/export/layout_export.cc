#include "builder/export/layout_export.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "builder/export/image_blobs.h"
#include "builder/export/layout_documents.h"

namespace cooper::export_ {
namespace {

base::Fd open_or_make(const std::string& path) {
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) base::throw_errno("make directory", path);
  return base::open_host_directory(path);
}

// A directory with other things in it is not made into a layout.
void check_is_layout_or_empty(int root, const std::string& path) {
  if (base::try_stat_at(root, "oci-layout") || base::list_directory(root, path).empty()) return;
  throw base::Error(base::ErrorKind::usage, "write OCI layout", path,
                    "the directory is neither empty nor an OCI layout");
}

void add_blob(int blobs, const oci::Descriptor& blob, base::Source& source,
              const std::string& name) {
  const std::string temporary = "." + base::random_name();
  base::FdSink sink(base::open_at(blobs, temporary, O_WRONLY | O_CREAT | O_EXCL, 0644), name);
  try {
    if (base::copy(source, sink) != blob.size) {
      throw base::Error(base::ErrorKind::corrupt, "write blob", name,
                        "it does not have the size it should have");
    }
    if (fsync(sink.fd().get()) != 0) base::throw_errno("flush", name);
    if (renameat(blobs, temporary.c_str(), blobs, blob.digest.hex().c_str()) != 0)
      base::throw_errno("rename to", name);
  } catch (...) {
    unlinkat(blobs, temporary.c_str(), 0);
    throw;
  }
}

bool has_blob(int blobs, const oci::Descriptor& blob) {
  const std::optional<struct stat> status = base::try_stat_at(blobs, blob.digest.hex());
  return status && S_ISREG(status->st_mode) &&
         static_cast<std::uint64_t>(status->st_size) == blob.size;
}

}  // namespace

void write_image_layout(const Image& image, const Destination& destination,
                        const store::Store& store, std::stop_token stop) {
  const std::string& path = destination.dest;
  const base::Fd root = open_or_make(path);
  if (flock(root.get(), LOCK_EX) != 0)
    base::throw_errno("lock", path);  // index.json is read and written
  check_is_layout_or_empty(root.get(), path);
  const base::Fd blobs =
      base::open_at(base::make_directories_in_root(root.get(), "blobs/sha256").get(), ".",
                    O_RDONLY | O_DIRECTORY);
  for (const oci::Descriptor& blob : blobs_of(image)) {
    if (stop.stop_requested())
      throw base::Error(base::ErrorKind::cancelled, "write", path, "cancelled");
    if (has_blob(blobs.get(), blob)) continue;
    require_blob(image, store, blob);
    const std::unique_ptr<base::Source> source = store.open_blob(blob.digest);
    if (source == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "export", image.name,
                        blob.digest.to_string() + " left the store");
    }
    add_blob(blobs.get(), blob, *source, path + "/" + blob_path(blob.digest));
  }
  for (const Document& document : documents_of(image)) {
    base::StringSource bytes(document.bytes);
    const oci::Descriptor& blob = document.descriptor;
    add_blob(blobs.get(), blob, bytes, path + "/" + blob_path(blob.digest));
  }
  if (fsync(blobs.get()) != 0) base::throw_errno("flush", path);
  base::write_file_at(root.get(), "oci-layout", kLayoutMarker);
  const std::optional<std::string> old =
      base::try_read_file_at(root.get(), "index.json", oci::kMaxDocumentBytes);
  base::write_file_at(root.get(), "index.json",
                      merged_index(old, index_entries(image, references_of(image, destination))));
}

}  // namespace cooper::export_
