// The first line is a path; the rest is an ignore file. What a walk may skip holds nothing that is
// not ignored.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/path.h"
#include "builder/dockerfile/pattern.h"

using namespace cooper;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = text.find('\n');
  const std::string path = base::clean_below_root(text.substr(0, end));
  const std::string_view rules_text =
      end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  if (path.empty()) return 0;
  try {
    static_cast<void>(dockerfile::match_path(rules_text, path));
  } catch (const base::Error&) {
  }
  try {
    const auto rules = dockerfile::IgnoreRules::parse(rules_text, "f");
    const bool ignored = rules.ignores(path);
    const std::string parent(base::parent_path(path));
    if (!parent.empty() && rules.ignores(parent) && !rules.may_contain_included(parent) && !ignored)
      std::abort();
  } catch (const base::Error&) {
  }
  return 0;
}
