// Blobs on their way from one place to another, in files of a temporary directory; each is checked
// against its digest before it can be read.
#pragma once

#include <memory>

#include "base/fd.h"
#include "base/source.h"
#include "builder/store/store.h"
#include "images/document_source.h"

namespace cooper::images {

class Spool {
 public:
  // Both outlive the spool. Thread-safe as `source` is.
  Spool(const store::Store& store, DocumentSource& source);

  // Fetches the blob. Throws base::Error(corrupt) when it is not what it should be.
  void fetch(const oci::Descriptor& blob, std::stop_token stop) const;
  // Of a blob that was fetched.
  [[nodiscard]] std::unique_ptr<base::Source> open(const oci::Descriptor& blob,
                                                   std::uint64_t offset = 0) const;
  [[nodiscard]] base::Fd open_file(const oci::Descriptor& blob) const;
  void drop(const oci::Descriptor& blob) const;

 private:
  store::TempDirectory directory_;
  DocumentSource& source_;
};

}  // namespace cooper::images
