#include "release/push_permission.h"

#include "registry/registry_error.h"

namespace cooper::release {

void require_push_permission(const registry::Repository& repository, std::stop_token stop) {
  const http::Request post = repository.request("POST", "/blobs/uploads/", stop);
  const http::Response opened = repository.send(post, true);
  if (opened.status != 202 && opened.status != 201)
    throw registry::registry_error("push to", repository.display_name(), post, opened);
  http::Request remove = repository.request("DELETE", "", stop);
  remove.url = repository.host().upload_location(post, opened);
  static_cast<void>(repository.send(remove, true));  // if it stays, the registry clears it away
}

}  // namespace cooper::release
