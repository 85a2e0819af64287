// Which repositories of one registry are known to have a blob: what was pulled from or pushed to
// them in this run. A push mounts from there, so a base image's layers that were never downloaded
// need not be. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "oci/digest.h"

namespace cooper::registry {

class BlobPlaces {
 public:
  void note(const oci::Digest& blob, const std::string& repository);
  // All but `repository` itself, at most kMaxPlaces: each costs a request when it was wrong.
  [[nodiscard]] std::vector<std::string> others(const oci::Digest& blob,
                                                const std::string& repository) const;

  static constexpr std::size_t kMaxPlaces = 3;

 private:
  mutable std::mutex mutex_;
  std::map<oci::Digest, std::set<std::string>> places_;
};

}  // namespace cooper::registry
