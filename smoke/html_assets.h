// What a page loads: its scripts, style sheets, icons and images. Pure; the page is untrusted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "registry/http/url.h"

namespace cooper::smoke {

struct Asset {
  http::Url url;         // absolute
  bool is_code = false;  // a script or a style sheet
  bool operator==(const Asset&) const = default;
};

struct PageAssets {
  std::vector<Asset> own;               // of the page's origin, each once, in order
  std::vector<std::string> elsewhere;   // of other origins, as written
  std::vector<std::string> unreadable;  // addresses that mean nothing
};

inline constexpr std::size_t kMaxAssets = 200;

// Looks at <script src>, <img src>, and <link href> of a rel that is loaded with the page. `page`
// is the address the visitor sees: relative addresses start from it. Throws base::Error(limit)
// beyond kMaxAssets.
[[nodiscard]] PageAssets list_assets(std::string_view html, const http::Url& page);

}  // namespace cooper::smoke
