// Images to their destinations: registries together (each blob is looked up and sent once), then
// files in order.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/export/image_export.h"
#include "registry/client.h"
#include "registry/push_session.h"

namespace cooper::export_ {

struct ExportTools {
  store::Store& store;
  registry::Client* client = nullptr;  // needed for Kind::registry
  registry::PushOptions push = {};     // `progress` is called as push_progress
  // `repository` is host/name. Called from several threads, one at a time for a repository.
  std::function<void(const std::string& repository, const registry::PushProgress&)> push_progress =
      {};
  // Is told of what is odd about a layer whose files are written out.
  std::function<void(const std::string& line)> tell = {};
};

struct ExportJob {
  const Image* image = nullptr;
  const Destination* destination = nullptr;
};

struct ExportOutcome {
  std::uint64_t pushed_bytes = 0;
  std::uint64_t reused_bytes = 0;
  std::vector<std::string> moved_tags = {};  // full references
  std::vector<std::string> unchanged_tags = {};
};

// One outcome per job. Throws base::Error; two jobs that write one file are refused before anything
// is written.
[[nodiscard]] std::vector<ExportOutcome> export_images(const std::vector<ExportJob>& jobs,
                                                       const ExportTools& tools,
                                                       std::stop_token stop);

}  // namespace cooper::export_
