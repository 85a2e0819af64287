// Answers of a registry that are errors, made into base::Error: method, redacted URL, status, and
// what it said.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "registry/http/message.h"

namespace cooper::registry {

// What a body says: "CODE: message" of the errors array; else its trimmed text (HTML: its title);
// "" for nothing.
[[nodiscard]] std::string summarize_error_body(std::string_view body);
// Whether the errors array holds `code` ("BLOB_UNKNOWN").
[[nodiscard]] bool has_error_code(std::string_view body, std::string_view code);

// "push layer 'sha256:..': PATCH https://host/...: 413 Request Entity Too Large: ..."; hints where
// a cure is known.
[[nodiscard]] base::Error registry_error(const std::string& doing, const std::string& thing,
                                         const http::Request& request,
                                         const http::Response& response);

// The registry has no room; asking again does not help.
[[nodiscard]] bool says_disk_full(const http::Response& response);

[[nodiscard]] std::string status_text(int status);  // "404 Not Found"

}  // namespace cooper::registry
