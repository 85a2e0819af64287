#include "cli/network.h"

#include <cstdlib>

#include "base/limits.h"
#include "builder/context/remote_file.h"
#include "builder/export/export_images.h"
#include "builder/share/layout_depot.h"
#include "builder/share/registry_depot.h"
#include "builder/share/s3_depot.h"
#include "builder/source/open_source.h"
#include "registry/client.h"
#include "registry/credential_chain.h"
#include "registry/http/clock.h"
#include "registry/http/curl_transport.h"
#include "registry/http/retry.h"
#include "registry/registry_settings.h"

namespace cooper::cli {

namespace {

registry::RegistrySettings settings_of(const Globals& globals) {
  registry::RegistrySettings settings = registry::open_registry_settings();
  for (const std::string& host : globals.insecure_registries)
    registry::allow_insecure(settings, host);
  for (const std::string& realm : globals.auth_realms) registry::allow_realm(settings, realm);
  return settings;
}

share::Environment environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
  };
}

// No build waits long for a cache.
http::RetryPolicy cache_retries() {
  http::RetryPolicy retry;
  retry.tries = 2;
  retry.longest_retry_after = std::chrono::seconds(5);
  retry.budget = std::chrono::seconds(20);
  return retry;
}

registry::ClientOptions cache_options(const registry::RegistrySettings& settings) {
  registry::ClientOptions options = registry::client_options(settings);
  options.retry = cache_retries();
  return options;
}

}  // namespace

struct Network::State {
  explicit State(const registry::RegistrySettings& settings)
      : transport(std::make_shared<http::CurlTransport>(registry::curl_options(settings))),
        client(transport, clock, registry::open_credentials(), registry::client_options(settings)),
        cache_client(transport, clock, registry::open_credentials(), cache_options(settings)) {}

  std::shared_ptr<http::Clock> clock = std::make_shared<http::SystemClock>();
  std::shared_ptr<http::Transport> transport;
  registry::Client client;
  registry::Client cache_client;
  std::shared_ptr<http::Transport> cache_transport =
      std::make_shared<http::RetryTransport>(transport, clock, cache_retries());
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

}  // namespace

void Network::ping(const Globals& globals, const std::string& host,
                   const registry::Credential& credential, std::stop_token stop) {
  const registry::RegistrySettings settings = settings_of(globals);
  registry::Client client(std::make_shared<http::CurlTransport>(registry::curl_options(settings)),
                          std::make_shared<http::SystemClock>(),
                          std::make_shared<registry::OneCredential>(host, credential),
                          registry::client_options(settings));
  client.ping(host, std::move(stop));
}

Network::Network(const Globals& globals) : state_(std::make_unique<State>(settings_of(globals))) {}
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
      push_progress(repository)(progress);
    };
  }
  if (on_push) tools.tell = [this](const std::string& line) { on_push(engine::Remark{line}); };
  return export_::export_images(jobs, tools, stop);
}

std::unique_ptr<share::CacheDepot> Network::open_cache(const share::CacheLocation& location) {
  using Kind = share::CacheLocation::Kind;
  if (location.kind == Kind::local) {
    const bool from = location.attributes.contains("src");
    return std::make_unique<share::LayoutDepot>(location.attribute(from ? "src" : "dest"),
                                                location.attribute("tag", "latest"));
  }
  if (location.kind == Kind::s3)
    return std::make_unique<share::S3Depot>(state_->cache_transport,
                                            share::read_bucket(location, environment()));
  const oci::Reference reference = oci::parse_reference(location.attribute("ref"));
  registry::PushOptions options;
  options.progress = push_progress(reference.registry + "/" + reference.repository);
  return std::make_unique<share::RegistryDepot>(state_->cache_client.repository(reference),
                                                reference, std::move(options));
}

registry::Client& Network::client() { return state_->client; }

std::function<void(const registry::PushProgress&)> Network::push_progress(std::string repository) {
  return [this, repository = std::move(repository)](const registry::PushProgress& progress) {
    const auto transfer = transfer_of(repository, progress);
    if (transfer && on_push) on_push(*transfer);
  };
}

context::RemoteFetcher* Network::fetcher(store::Store& store) {
  if (!state_->fetcher) {
    state_->retrying = std::make_unique<http::RetryTransport>(state_->transport, state_->clock,
                                                              http::RetryPolicy{});
    context::HttpFetcherOptions options;
    options.limit = base::limit_of(base::Limit::download_bytes);
    options.public_addresses_only =
        false;  // a RUN step of the same Dockerfile could reach them all the same
    state_->fetcher = context::make_http_fetcher(*state_->retrying, store, options);
  }
  return state_->fetcher.get();
}

}  // namespace cooper::cli
