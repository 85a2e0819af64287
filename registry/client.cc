#include "registry/client.h"

#include "registry/endpoint.h"
#include "registry/registry_error.h"

namespace cooper::registry {

Client::Client(std::shared_ptr<http::Transport> transport, std::shared_ptr<http::Clock> clock,
               std::shared_ptr<CredentialStore> credentials, ClientOptions options)
    : bare_transport_(std::move(transport)),
      transport_(std::make_shared<http::RetryTransport>(bare_transport_, clock, options.retry)),
      clock_(std::move(clock)),
      credentials_(std::move(credentials)),
      options_(std::move(options)) {}

std::shared_ptr<Host> Client::host(const std::string& name) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Host>& entry = hosts_[name];
  if (!entry) {
    entry = std::make_shared<Host>(name, endpoint_of(name), transport_, clock_, credentials_,
                                   options_.realms);
  }
  return entry;
}

// An insecure registry may speak either: it is tried, and nothing but an empty GET goes to it.
http::Url Client::endpoint_of(const std::string& name) {
  const bool certified = options_.has_certificates && options_.has_certificates(name);
  http::Url url = registry_endpoint(name, options_.plain_http, certified);
  const bool insecure = options_.insecure.count(name) > 0 || is_insecure_host(options_.rules, name);
  if (!insecure || url.scheme == "http") return url;
  http::Request probe;
  probe.url = url;
  probe.url.path = "/v2/";
  try {
    static_cast<void>(bare_transport_->send(probe));
    return url;
  } catch (const http::TransportError& error) {
    const http::Failure why = error.failure();
    if (why != http::Failure::tls && why != http::Failure::refused &&
        why != http::Failure::broken) {
      throw;
    }
  }
  return registry_endpoint(name, {name}, certified);
}

Repository Client::repository(const oci::Reference& reference) {
  refuse_blocked(options_.rules, reference);
  return {host(reference.registry), reference.repository};
}

std::vector<Repository> Client::pull_places(const oci::Reference& reference) {
  std::vector<Repository> out;
  for (const oci::Reference& place : pull_locations(options_.rules, reference))
    out.emplace_back(host(place.registry), place.repository);
  return out;
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
