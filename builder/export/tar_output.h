// A tar archive of our own files: names in the order they are added, numeric owner 0, time 0.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/sink.h"
#include "base/source.h"

namespace cooper::export_ {

class TarOutput {
 public:
  explicit TarOutput(base::Sink& sink) : sink_(sink) {}

  void add_directory(const std::string& path);
  void add_file(const std::string& path, std::string_view bytes);
  // Exactly `size` bytes must come from `source`. Throws base::Error(corrupt).
  void add_file(const std::string& path, base::Source& source, std::uint64_t size);
  void finish();  // the closing blocks; the sink's finish() is the caller's

 private:
  void pad(std::uint64_t size);
  base::Sink& sink_;
};

}  // namespace cooper::export_
