// What layer_content.h does in this process.
#include <array>
#include <optional>

#include "base/error.h"
#include "builder/layer/decompressor.h"
#include "builder/layer/layer_content.h"
#include "builder/layer/read_ahead.h"
#include "builder/layer/tar_hash.h"
#include "builder/layer/tar_reader.h"

namespace cooper::layer {
namespace {

std::string plain_path(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  while (path.starts_with('/')) path.remove_prefix(1);
  return std::string(path);
}

// The first thing that is wrong with the members; empty when nothing is.
std::string fault_of(TarReader& tar) {
  try {
    while (tar.next() != nullptr) {
    }
  } catch (const base::Error& error) {
    const bool about_tar =
        error.kind() == base::ErrorKind::corrupt || error.kind() == base::ErrorKind::unsupported;
    if (!about_tar) throw;
    return error.cause();
  }
  return {};
}

}  // namespace

void read_tar_here(base::Source& blob, const std::string& name, const LayerLimits& limits,
                   const std::function<void(base::Source& tar)>& use, std::stop_token stop) {
  const auto tar = make_decompressor(blob, limits, name, std::move(stop));
  use(*tar);
  std::vector<std::byte> rest(std::size_t{64} << 10);
  while (tar->read(rest) > 0) continue;
}

void read_members_here(base::Source& blob, const std::string& name, const LayerLimits& limits,
                       MemberVisitor& visitor, std::stop_token stop) {
  read_tar_here(
      blob, name, limits,
      [&](base::Source& plain) {
        TarReader tar(plain, limits, name);
        while (const TarMember* member = tar.next()) {
          visitor.begin(plain_path(member->name));
          for (auto bytes = tar.data(); !bytes.empty(); bytes = tar.data()) visitor.feed(bytes);
          visitor.end();
        }
        tar.drain();
      },
      std::move(stop));
}

LayerState check_layer_here(base::Source& blob, const std::string& name, const LayerLimits& limits,
                            std::stop_token stop) {
  const auto plain = make_decompressor(blob, limits, name, std::move(stop));
  TarHash hashed(*plain);
  std::string fault;
  {
    ReadAhead ahead(hashed);
    TarReader tar(ahead, limits, name);
    fault = fault_of(tar);
    tar.drain();
  }
  return {hashed.diff_id(), plain->compression(), fault};
}

}  // namespace cooper::layer
