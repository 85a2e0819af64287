// Any text is a repository, is none, or is refused with base::Error; what git gets is no option,
// and a reference reads back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "builder/dockerfile/git_reference.h"

using namespace cooper;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const dockerfile::GitReference& reference) {
  require(!reference.remote.empty() && reference.remote.front() != '-');
  require(!reference.host.empty() && reference.host.front() != '-');
  require(!reference.ref.starts_with('-') && reference.ref.find("..") == std::string::npos);
  for (const std::string* text : {&reference.remote, &reference.ref}) {
    for (const char c : *text) require(static_cast<unsigned char>(c) >= ' ');
  }
  require(reference.remote.find_first_of("#?") == std::string::npos);
  if (reference.looks_local) return;
  const auto again = dockerfile::try_parse_git_reference(reference.remote + "#" + reference.ref);
  require(again && again->remote == reference.remote && again->ref == reference.ref &&
          again->host == reference.host && again->over_ssh == reference.over_ssh);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    if (const auto reference = dockerfile::try_parse_git_reference(text)) check(*reference);
  } catch (const base::Error&) {
  }
  return 0;
}
