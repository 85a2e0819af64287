// Any Location field: refused, or an absolute address that reads back as itself and shows no
// user information.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "registry/http/url.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const http::Url here =
      http::parse_url("https://user:pw@registry.example:5000/v2/a/blobs/uploads/1?s=2");
  try {
    http::Url url = http::resolve(here, text);
    url.userinfo.clear();
    const auto again = http::try_parse_url(http::to_string(url));
    if (!again || *again != url) std::abort();
    if (http::same_origin(url, here) != (http::origin(url) == http::origin(here))) std::abort();
    static_cast<void>(http::redacted(url));
  } catch (const base::Error&) {
  }
  return 0;
}
