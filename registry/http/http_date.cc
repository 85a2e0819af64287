#include "registry/http/http_date.h"

#include <ctime>

namespace cooper::http {

std::optional<std::int64_t> try_parse_date(const std::string& text) {
  std::tm date = {};
  const char* const end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&date);
}

}  // namespace cooper::http
