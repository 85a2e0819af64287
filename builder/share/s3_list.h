// A page of ListObjectsV2: as much of its XML as is needed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::share {

struct ObjectPage {
  std::vector<std::string> keys;
  std::optional<std::string> next;  // continuation token; absent on the last page
};

// Throws base::Error(corrupt) for what is no such page.
[[nodiscard]] ObjectPage parse_object_page(std::string_view xml);

// <Code> and <Message> of an error, "" where there are none.
[[nodiscard]] std::string s3_error_text(std::string_view xml);

}  // namespace cooper::share
