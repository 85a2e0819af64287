// Any Link field and any page of tags. What a next link means is an address of this client's two
// schemes, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/error.h"
#include "registry/http/url.h"
#include "registry/tag_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cooper;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const http::Url here = http::parse_url("https://registry.example/v2/a/tags/list?n=100");
  try {
    if (const auto next = registry::next_link(text)) {
      const http::Url url = http::resolve(here, *next);
      if (!url.userinfo.empty() && http::same_origin(url, here) &&
          http::to_string(url).find('@') < http::to_string(url).find('/', 8))
        std::abort();
    }
  } catch (const base::Error&) {
  }
  try {
    static_cast<void>(registry::parse_tag_page(text, "registry.example/a"));
  } catch (const base::Error&) {
  }
  return 0;
}
