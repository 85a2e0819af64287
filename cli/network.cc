#include "cli/network.h"

#include "builder/context/remote_file.h"
#include "builder/export/export_images.h"
#include "builder/source/open_source.h"
#include "registry/client.h"
#include "registry/docker_config.h"
#include "registry/http/clock.h"
#include "registry/http/curl_transport.h"
#include "registry/http/retry.h"

namespace cooper::cli {

struct Network::State {
  std::shared_ptr<http::Clock> clock = std::make_shared<http::SystemClock>();
  std::shared_ptr<http::Transport> transport =
      std::make_shared<http::CurlTransport>(http::curl_options_from_environment());
  registry::Client client{transport, clock, registry::open_credentials()};
  std::unique_ptr<http::Transport> retrying;
  std::unique_ptr<context::RemoteFetcher> fetcher;
};

Network::Network() : state_(std::make_unique<State>()) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

std::unique_ptr<source::ImageSource> Network::open_source(const std::string& location, store::Store& store) {
  return source::open_source(location, {state_->client, &store});
}

std::vector<export_::ExportOutcome> Network::export_images(const std::vector<export_::ExportJob>& jobs,
                                                           store::Store& store, std::stop_token stop) {
  return export_::export_images(jobs, {store, &state_->client}, stop);
}

context::RemoteFetcher* Network::fetcher(store::Store& store) {
  if (!state_->fetcher) {
    state_->retrying = std::make_unique<http::RetryTransport>(state_->transport, state_->clock, http::RetryPolicy{});
    context::HttpFetcherOptions options;
    options.public_addresses_only = false;  // a RUN step of the same Dockerfile could reach them all the same
    state_->fetcher = context::make_http_fetcher(*state_->retrying, store, options);
  }
  return state_->fetcher.get();
}

}  // namespace cooper::cli
