// Everything that reaches beyond this machine, or reads images from elsewhere on it: the real
// transport behind the pipeline's hooks.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build.h"
#include "cli/globals.h"
#include "registry/credentials.h"

namespace cooper::registry {
class Client;
struct PushProgress;
}  // namespace cooper::registry

namespace cooper::cli {

class Network {
 public:
  explicit Network(const Globals& globals);
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  // See BuildTools::open_source; also "cooper-store:REFERENCE" for an image of our own store.
  [[nodiscard]] std::unique_ptr<source::ImageSource> open_source(const std::string& location,
                                                                 store::Store& store);
  [[nodiscard]] std::vector<export_::ExportOutcome> export_images(
      const std::vector<export_::ExportJob>& jobs, store::Store& store, std::stop_token stop);
  // See BuildTools::open_cache. A place in trouble is given up sooner than a registry with an
  // image.
  [[nodiscard]] std::unique_ptr<share::CacheDepot> open_cache(const share::CacheLocation& location);
  [[nodiscard]] registry::Client& client();
  // Makes transfers of a push into events of `on_push`. Goes where this object goes.
  [[nodiscard]] std::function<void(const registry::PushProgress&)> push_progress(
      std::string repository);
  [[nodiscard]] context::RemoteFetcher* fetcher(store::Store& store);

  // The version check of a registry with these credentials alone. Throws base::Error.
  static void ping(const Globals& globals, const std::string& host,
                   const registry::Credential& credential, std::stop_token stop);

  engine::EventSink on_push;  // told of the blobs that are sent, if set

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::cli
