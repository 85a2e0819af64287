#include "registry/registry_error.h"

namespace cooper::registry {
namespace {

base::ErrorKind kind_of(int status) {
  switch (status) {
    case 401:
    case 403: return base::ErrorKind::denied;
    case 404: return base::ErrorKind::not_found;
    case 429: return base::ErrorKind::network;
    default: return status >= 500 ? base::ErrorKind::network : base::ErrorKind::failure;
  }
}

std::string hint_for(int status, const std::string& said) {
  switch (status) {
    case 403:
      return said.empty()
                 ? "the registry gave no reason: missing permission, or a storage quota is exceeded"
                 : "";
    case 413:
      return "a proxy before the registry limits the size of requests; raise it (nginx: "
             "client_max_body_size)";
    case 429: return "the registry limits how often it may be asked; try again later or log in";
    default: return "";
  }
}

}  // namespace

std::string status_text(int status) {
  struct Name {
    int status;
    const char* text;
  };
  constexpr Name kNames[] = {
      {400, "Bad Request"},        {401, "Unauthorized"},
      {403, "Forbidden"},          {404, "Not Found"},
      {405, "Method Not Allowed"}, {408, "Request Timeout"},
      {409, "Conflict"},           {412, "Precondition Failed"},
      {413, "Content Too Large"},  {416, "Range Not Satisfiable"},
      {429, "Too Many Requests"},  {500, "Internal Server Error"},
      {502, "Bad Gateway"},        {503, "Service Unavailable"},
      {504, "Gateway Timeout"},    {507, "Insufficient Storage"},
  };
  for (const Name& name : kNames) {
    if (name.status == status) return std::to_string(status) + " " + name.text;
  }
  return std::to_string(status);
}

base::Error registry_error(const std::string& doing, const std::string& thing,
                           const http::Request& request, const http::Response& response) {
  const std::string said = summarize_error_body(response.body);
  std::string cause =
      request.method + " " + http::redacted(request.url) + ": " + status_text(response.status);
  if (!said.empty()) cause += ": " + said;
  base::Error error(kind_of(response.status), doing, thing, cause);
  if (const std::string hint = hint_for(response.status, said); !hint.empty())
    error.with_hint(hint);
  return error;
}

}  // namespace cooper::registry
