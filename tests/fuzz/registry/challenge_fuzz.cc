// Any WWW-Authenticate field: what is read of it, written as a field, is read as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "registry/challenge.h"

namespace {

std::string quoted(const std::string& value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper::registry;  // NOLINT(google-build-using-namespace)
  const auto found = parse_challenges({reinterpret_cast<const char*>(data), size});
  for (const Challenge& challenge : found) {
    if (challenge.scheme.empty()) std::abort();
    if (challenge.params.empty()) continue;
    std::string field = challenge.scheme;
    for (const auto& [name, value] : challenge.params)
      field += (field == challenge.scheme ? " " : ",") + name + "=" + quoted(value);
    const auto again = parse_challenges(field);
    if (again.size() != 1 || again.front() != challenge) std::abort();
  }
  return 0;
}
