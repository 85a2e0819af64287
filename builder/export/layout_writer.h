// An OCI image layout in a directory that is being written to: locked, so that index.json is read
// and written by one process at a time. Other files of the layout stay.
#pragma once

#include <optional>
#include <string>

#include "base/fd.h"
#include "base/source.h"
#include "oci/descriptor.h"

namespace cooper::export_ {

class LayoutWriter {
 public:
  // Makes the directory if it is not there; waits for the lock. Throws base::Error, also for a
  // directory with other things in it.
  explicit LayoutWriter(const std::string& path);

  [[nodiscard]] bool has(const oci::Descriptor& blob) const;
  // The caller vouches for the digest; the size is checked.
  void add(const oci::Descriptor& blob, base::Source& source);
  [[nodiscard]] std::optional<std::string> index() const;
  // Everything is on the disk when this returns.
  void write_index(const std::string& json);

  [[nodiscard]] int root() const { return root_.get(); }
  [[nodiscard]] int blobs() const { return blobs_.get(); }  // blobs/sha256

 private:
  std::string path_;
  base::Fd root_, blobs_;
};

}  // namespace cooper::export_
