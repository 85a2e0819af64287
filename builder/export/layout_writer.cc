#include "builder/export/layout_writer.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/sink.h"
#include "base/within_limit.h"
#include "builder/export/layout_documents.h"
#include "oci/manifest.h"

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

}  // namespace

LayoutWriter::LayoutWriter(const std::string& path) : path_(path), root_(open_or_make(path)) {
  if (flock(root_.get(), LOCK_EX) != 0) base::throw_errno("lock", path);
  check_is_layout_or_empty(root_.get(), path);
  blobs_ = base::open_at(base::make_directories_in_root(root_.get(), "blobs/sha256").get(), ".",
                         O_RDONLY | O_DIRECTORY);
}

bool LayoutWriter::has(const oci::Descriptor& blob) const {
  const std::optional<struct stat> status = base::try_stat_at(blobs_.get(), blob.digest.hex());
  return status && S_ISREG(status->st_mode) &&
         static_cast<std::uint64_t>(status->st_size) == blob.size;
}

void LayoutWriter::add(const oci::Descriptor& blob, base::Source& source) {
  const std::string name = path_ + "/" + blob_path(blob.digest);
  const std::string temporary = "." + base::random_name();
  base::FdSink sink(base::open_at(blobs_.get(), temporary, O_WRONLY | O_CREAT | O_EXCL, 0644),
                    name);
  try {
    if (base::copy(source, sink) != blob.size) {
      throw base::Error(base::ErrorKind::corrupt, "write blob", name,
                        "it does not have the size it should have");
    }
    if (fsync(sink.fd().get()) != 0) base::throw_errno("flush", name);
    if (renameat(blobs_.get(), temporary.c_str(), blobs_.get(), blob.digest.hex().c_str()) != 0)
      base::throw_errno("rename to", name);
  } catch (...) {
    unlinkat(blobs_.get(), temporary.c_str(), 0);
    throw;
  }
}

std::optional<std::string> LayoutWriter::index() const {
  return base::within(base::Limit::document_bytes, [&](std::uint64_t most) {
    return base::try_read_file_at(root_.get(), "index.json", most);
  });
}

void LayoutWriter::write_index(const std::string& json) {
  if (fsync(blobs_.get()) != 0) base::throw_errno("flush", path_);
  base::write_file_at(root_.get(), "oci-layout", kLayoutMarker);
  base::write_file_at(root_.get(), "index.json", json);
}

}  // namespace cooper::export_
