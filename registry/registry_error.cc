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

std::string hint_for(const http::Response& response, const std::string& said) {
  if (says_disk_full(response))
    return "the registry's disk is full: free space there, then try again";
  switch (response.status) {
    case 403:
      return said.empty()
                 ? "the registry gave no reason: missing permission, or a storage quota is exceeded"
                 : "";
    case 413:
      return "a proxy before the registry limits the size of requests; raise it (nginx: "
             "client_max_body_size)";
    case 429: return "the registry limits how often it may be asked; try again later or log in";
    case 502:
    case 503:
    case 504: return "the registry, or a proxy before it, is not well; try again later";
    default:
      return response.status >= 500 ? "the registry failed; its own log says why, then try again"
                                    : "";
  }
}

}  // namespace

// A registry whose disk is full answers 507, or 500 with the cause somewhere in the details
// (distribution: error number 28).
bool says_disk_full(const http::Response& response) {
  if (response.status == 507) return true;
  return response.status >= 500 &&
         (response.body.find("no space left on device") != std::string::npos ||
          response.body.find("\"Err\":28") != std::string::npos);
}

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
  if (const std::string hint = hint_for(response, said); !hint.empty()) error.with_hint(hint);
  return error;
}

}  // namespace cooper::registry
