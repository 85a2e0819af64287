#include "registry/client.h"

#include "registry/endpoint.h"
#include "registry/registry_error.h"

namespace cooper::registry {

Client::Client(std::shared_ptr<http::Transport> transport, std::shared_ptr<http::Clock> clock,
               std::shared_ptr<CredentialStore> credentials, ClientOptions options)
    : transport_(
          std::make_shared<http::RetryTransport>(std::move(transport), clock, options.retry)),
      clock_(std::move(clock)),
      credentials_(std::move(credentials)),
      options_(std::move(options)) {}

std::shared_ptr<Host> Client::host(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Host>& entry = hosts_[name];
  if (!entry) {
    entry = std::make_shared<Host>(name, registry_endpoint(name, options_.plain_http), transport_,
                                   clock_, credentials_, options_.realms);
  }
  return entry;
}

Repository Client::repository(const oci::Reference& reference) {
  return {host(reference.registry), reference.repository};
}

void Client::ping(const std::string& host_name, std::stop_token stop) {
  const std::shared_ptr<Host> found = host(host_name);
  http::Request request;
  request.url = found->url("/v2/");
  request.stop = std::move(stop);
  const http::Response response = found->send(request, {});
  if (response.status != 200) throw registry_error("reach registry", host_name, request, response);
}

}  // namespace cooper::registry
