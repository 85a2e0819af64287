// The files of an OCI image layout, in a directory or in a tar archive.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/source.h"

namespace cooper::source {

class LayoutFiles {
 public:
  LayoutFiles() = default;
  LayoutFiles(const LayoutFiles&) = delete;
  LayoutFiles& operator=(const LayoutFiles&) = delete;
  virtual ~LayoutFiles() = default;

  struct File {
    std::unique_ptr<base::Source> bytes;
    std::uint64_t size = 0;
  };
  // A regular file; links and everything else are refused (base::Error). nullopt: absent.
  // Thread-safe.
  [[nodiscard]] virtual std::optional<File> open(const std::string& path) = 0;
  // For people.
  [[nodiscard]] virtual std::string name() const = 0;

  // The whole file: a manifest, an index, a configuration, within the limit documentBytes.
  [[nodiscard]] std::optional<std::string> read_document(const std::string& path);
};

// Throws base::Error.
[[nodiscard]] std::shared_ptr<LayoutFiles> open_layout_directory(const std::string& path);

}  // namespace cooper::source
