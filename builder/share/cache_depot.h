// Where caches of several machines lie: a repository of a registry, a directory, a bucket. Caches
// have names (a registry's tags) and are image manifests, see cache/shared_cache.h. Thread-safe but
// for publish() and remove(). All throw base::Error.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/source.h"
#include "builder/cache/shared_cache.h"
#include "builder/store/blob_provider.h"

namespace cooper::share {

// A layer to be put there. `fetch` makes sure that `open` will find it.
struct CacheBlob {
  oci::Descriptor descriptor;
  std::function<std::unique_ptr<base::Source>(std::uint64_t offset)> open;
  std::function<void(std::stop_token)> fetch;
};

struct CacheDocument {
  std::string bytes, media_type;
  bool operator==(const CacheDocument&) const = default;
};

// While it lives nobody else publishes.
class Exclusion {
 public:
  Exclusion() = default;
  Exclusion(const Exclusion&) = delete;
  Exclusion& operator=(const Exclusion&) = delete;
  virtual ~Exclusion() = default;
};

class CacheDepot {
 public:
  // `name`: the cache's own; other writers' parts have names that begin with it and a dot.
  explicit CacheDepot(std::string name) : name_(std::move(name)) {}
  CacheDepot(const CacheDepot&) = delete;
  CacheDepot& operator=(const CacheDepot&) = delete;
  virtual ~CacheDepot() = default;

  [[nodiscard]] const std::string& name() const { return name_; }
  // nullptr where that is not to be had.
  [[nodiscard]] virtual std::unique_ptr<Exclusion> exclude_others(std::stop_token /*stop*/) {
    return nullptr;
  }

  // A manifest or index by its name; nullopt: absent.
  [[nodiscard]] virtual std::optional<CacheDocument> find(const std::string& name,
                                                          std::stop_token stop) = 0;
  // A manifest of an index; a blob like others unless the depot keeps manifests elsewhere.
  [[nodiscard]] virtual CacheDocument read_manifest(const oci::Descriptor& manifest,
                                                    std::stop_token stop);
  [[nodiscard]] virtual std::vector<std::string> names(std::stop_token stop) = 0;
  [[nodiscard]] virtual bool has_blob(const oci::Descriptor& blob, std::stop_token stop) = 0;
  [[nodiscard]] virtual std::shared_ptr<store::BlobProvider> blobs() = 0;

  // `pages` under `name`, an index when they are several. `blobs`: layers that may be missing
  // there; all others are there. Throws registry::MissingBlobs when they are not.
  virtual void publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
                       const std::vector<CacheBlob>& blobs, std::stop_token stop) = 0;
  // Where names cannot be removed nothing happens.
  virtual void remove(const std::string& /*name*/, std::stop_token /*stop*/) {}
  // Layers that no cache names any more. Nothing happens where publish() sees to that, or the
  // server's own collection does.
  virtual void remove_unused(std::int64_t /*now*/, std::stop_token /*stop*/) {}

 private:
  const std::string name_;
};

// The document that `pages` go under: the page, or the index of them.
[[nodiscard]] CacheDocument top_document(const std::vector<cache::SharedPage>& pages);

// The small blob of a configuration, checked.
[[nodiscard]] std::string read_config(CacheDepot& depot, const oci::Descriptor& config,
                                      std::stop_token stop);

}  // namespace cooper::share
