// Answers of S3's servers: as much of their XML as is needed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cooper::share {

struct ObjectPage {
  struct Object {
    std::string key;
    std::int64_t written = 0;  // seconds; 0: not said
  };
  std::vector<Object> objects;
  std::optional<std::string> next;  // continuation token; absent on the last page
};

// Throws base::Error(corrupt) for what is no such page.
[[nodiscard]] ObjectPage parse_object_page(std::string_view xml);

// The id of an upload in parts that has begun. Throws base::Error(corrupt).
[[nodiscard]] std::string upload_id(std::string_view xml);

// <Code> and <Message> of an error, "" where there are none.
[[nodiscard]] std::string s3_error_text(std::string_view xml);

}  // namespace cooper::share
