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

namespace {

// The transfer of a blob that is sent; what is there already or mounted is none.
std::optional<engine::Transfer> transfer_of(const std::string& repository,
                                            const registry::PushProgress& progress) {
  using Event = registry::PushProgress::Event;
  const std::string what =
      "to " + repository + " " + progress.blob.digest.to_string().substr(0, 19);
  switch (progress.event) {
    case Event::started: return engine::Transfer{what, 0, progress.blob.size};
    case Event::sent:
      if (progress.sent == 0 || progress.sent >= progress.blob.size) return std::nullopt;
      return engine::Transfer{what, progress.sent, progress.blob.size};
    case Event::uploaded: return engine::Transfer{what, progress.blob.size, progress.blob.size};
    default: return std::nullopt;
  }
}

class OneCredential final : public registry::CredentialStore {
 public:
  OneCredential(std::string host, registry::Credential credential)
      : host_(std::move(host)), credential_(std::move(credential)) {}
  [[nodiscard]] std::optional<registry::Credential> find(const std::string& host,
                                                         const std::string&) override {
    if (host != host_) return std::nullopt;
    return credential_;
  }
  [[nodiscard]] std::string describe() const override { return credential_.origin; }

 private:
  std::string host_;
  registry::Credential credential_;
};

}  // namespace

void Network::ping(const std::string& host, const registry::Credential& credential,
                   std::stop_token stop) {
  registry::Client client(
      std::make_shared<http::CurlTransport>(http::curl_options_from_environment()),
      std::make_shared<http::SystemClock>(), std::make_shared<OneCredential>(host, credential));
  client.ping(host, std::move(stop));
}

Network::Network() : state_(std::make_unique<State>()) {}
Network::Network(Network&&) noexcept = default;
Network& Network::operator=(Network&&) noexcept = default;
Network::~Network() = default;

std::unique_ptr<source::ImageSource> Network::open_source(const std::string& location,
                                                          store::Store& store) {
  return source::open_source(location, {state_->client, &store});
}

std::vector<export_::ExportOutcome> Network::export_images(
    const std::vector<export_::ExportJob>& jobs, store::Store& store, std::stop_token stop) {
  export_::ExportTools tools{store, &state_->client};
  if (on_push) {
    tools.push_progress = [this](const std::string& repository,
                                 const registry::PushProgress& progress) {
      if (const auto transfer = transfer_of(repository, progress)) on_push(*transfer);
    };
  }
  return export_::export_images(jobs, tools, stop);
}

context::RemoteFetcher* Network::fetcher(store::Store& store) {
  if (!state_->fetcher) {
    state_->retrying = std::make_unique<http::RetryTransport>(state_->transport, state_->clock,
                                                              http::RetryPolicy{});
    context::HttpFetcherOptions options;
    options.public_addresses_only =
        false;  // a RUN step of the same Dockerfile could reach them all the same
    state_->fetcher = context::make_http_fetcher(*state_->retrying, store, options);
  }
  return state_->fetcher.get();
}

}  // namespace cooper::cli
