#include "builder/export/tar_output.h"

#include "base/error.h"
#include "builder/layer/tar_header.h"

namespace cooper::export_ {
namespace {

std::string header(const std::string& path, layer::EntryType type, std::uint32_t mode,
                   std::uint64_t size) {
  layer::Entry entry;
  entry.path = path;
  entry.type = type;
  entry.mode = mode;
  entry.size = size;
  std::string out;
  layer::append_tar_header(out, entry);
  return out;
}

}  // namespace

void TarOutput::add_directory(const std::string& path) {
  sink_.write(base::as_bytes(header(path, layer::EntryType::directory, 0755, 0)));
}

void TarOutput::add_file(const std::string& path, std::string_view bytes) {
  base::StringSource source(bytes);
  add_file(path, source, bytes.size());
}

void TarOutput::add_file(const std::string& path, base::Source& source, std::uint64_t size) {
  sink_.write(base::as_bytes(header(path, layer::EntryType::file, 0644, size)));
  const std::uint64_t copied = base::copy(source, sink_);
  if (copied != size) {
    throw base::Error(
        base::ErrorKind::corrupt, "write archive member", path,
        "it has " + std::to_string(copied) + " bytes instead of " + std::to_string(size));
  }
  pad(size);
}

void TarOutput::pad(std::uint64_t size) {
  sink_.write(base::as_bytes(std::string(layer::tar_padding(size), '\0')));
}

void TarOutput::finish() { sink_.write(base::as_bytes(std::string(2 * layer::kTarBlock, '\0'))); }

}  // namespace cooper::export_
