// Any bytes with a right checksum: refused, or an index that is written as the same bytes' meaning.
#include <isa-l/crc64.h>

#include <cstdlib>
#include <string>

#include "base/error.h"
#include "builder/layer/layer_index.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper::layer;
  std::string bytes("cooplix\x01", 8);
  const std::uint64_t sum = crc64_ecma_refl(0, data, size);
  for (unsigned shift = 0; shift < 64; shift += 8) bytes += static_cast<char>(sum >> shift);
  bytes.append(reinterpret_cast<const char*>(data), size);
  try {
    const LayerIndex index = parse_layer_index(bytes);
    if (parse_layer_index(serialize(index)).entries() != index.entries()) std::abort();
  } catch (const cooper::base::Error&) {
  }
  return 0;
}
