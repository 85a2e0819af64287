// Any text parses or is refused with base::Error; triggers read back; mounts resolve or are
// refused.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "builder/dockerfile/dockerfile.h"
#include "builder/dockerfile/mount.h"

using namespace cooper;

namespace {

void check(const dockerfile::Dockerfile& file, const dockerfile::Instruction& instruction) {
  const auto place = dockerfile::spot(file, instruction.where);
  if (place.line < 1 || static_cast<std::size_t>(instruction.where.last_line) > file.lines.size())
    std::abort();
  try {
    if (const auto* trigger = std::get_if<dockerfile::OnBuild>(&instruction.payload)) {
      static_cast<void>(dockerfile::parse_trigger(trigger->trigger, "image"));
    }
    if (const auto* run = std::get_if<dockerfile::Run>(&instruction.payload)) {
      for (const dockerfile::Mount& mount : run->mounts) {
        static_cast<void>(dockerfile::resolve_mount(
            mount, [](std::string_view value) { return std::string(value); }));
      }
    }
  } catch (const base::Error&) {
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto file =
        dockerfile::parse_dockerfile({reinterpret_cast<const char*>(data), size}, "Dockerfile");
    for (const auto& stage : file.stages) {
      for (const auto& instruction : stage.instructions) check(file, instruction);
    }
  } catch (const base::Error& error) {
    if (error.spot() && (error.spot()->line < 1 || error.spot()->length < 1)) std::abort();
  }
  return 0;
}
