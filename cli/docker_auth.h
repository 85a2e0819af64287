// Docker's config.json as login and logout change it. Members that are not ours stay.
#pragma once

#include <optional>
#include <string>

namespace cooper::cli {

struct DockerAuth {
  std::string username, password;
};

// The new text of config.json: `old` (absent: an empty one) with the entry of `host` set, or taken
// out. Throws base::Error(corrupt) for a text that is no such file.
[[nodiscard]] std::string with_docker_auth(const std::optional<std::string>& old,
                                           const std::string& file, const std::string& host,
                                           const std::optional<DockerAuth>& auth);
// True if `text` has an entry of `host`.
[[nodiscard]] bool has_docker_auth(const std::optional<std::string>& text, const std::string& file,
                                   const std::string& host);

}  // namespace cooper::cli
