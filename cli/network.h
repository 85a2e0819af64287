// Everything that reaches beyond this machine, or reads images from elsewhere on it: the real transport behind the pipeline's hooks.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build.h"

namespace cooper::cli {

class Network {
 public:
  Network();
  Network(Network&&) noexcept;
  Network& operator=(Network&&) noexcept;
  ~Network();

  // See BuildTools::open_source; also "store:REFERENCE" for an image of our own store.
  [[nodiscard]] std::unique_ptr<source::ImageSource> open_source(const std::string& location, store::Store& store);
  [[nodiscard]] std::vector<export_::ExportOutcome> export_images(const std::vector<export_::ExportJob>& jobs, store::Store& store,
                                                         std::stop_token stop);
  [[nodiscard]] context::RemoteFetcher* fetcher(store::Store& store);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cooper::cli
