// EXPOSE: "80", "80/udp", "8000-8010", "127.0.0.1:80:8080/tcp" -> "80/tcp", ... (row M6).
#pragma once

#include <string>
#include <vector>

namespace cooper::plan {

// "<port>/<protocol>", a range as its single ports. Throws base::Error(usage).
[[nodiscard]] std::vector<std::string> parse_port(const std::string& text);

}  // namespace cooper::plan
