#include "builder/share/cache_writer.h"

#include "base/error.h"
#include "registry/repository.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::int64_t kPartSeconds = 24 * 60 * 60;
constexpr int kTries = 5;

class Writer {
 public:
  Writer(CacheDepot& depot, const CacheUpdate& update, std::stop_token stop)
      : depot_(depot), update_(update), stop_(std::move(stop)) {}

  UpdateReport run() {
    const std::unique_ptr<Exclusion> alone = depot_.exclude_others(stop_);
    read();
    const cache::SharedCache news = news_of(update_.fresh, known_.cache);
    if (news.empty()) return {};
    if (!alone) publish_part(news);
    for (int tries = 1;; ++tries) {
      const cache::SharedCache merged = merged_with(news);
      if (!alone && tries < kTries && depot_.find(depot_.name(), stop_) != known_.main) {
        read();
        continue;
      }
      publish_main(merged, news);
      return {news.steps.size(), news.mounts.size(), true, clean_up(merged)};
    }
  }

 private:
  void read() {
    known_ = read_cache(depot_, stop_);
    if (known_.main && known_.kind != cache::PageKind::cache) {
      throw Error(ErrorKind::usage, "write cache", depot_.name(),
                  "that is the name of an image, which is not overwritten");
    }
  }

  [[nodiscard]] std::vector<CacheBlob> blobs_of(const cache::SharedCache& cache) const {
    std::vector<CacheBlob> blobs;
    for (const auto& [layer, descriptor] : cache.layers) {
      const auto found = update_.blobs.find(layer);
      if (found != update_.blobs.end() && found->second.descriptor.digest == descriptor.digest)
        blobs.push_back(found->second);
    }
    return blobs;
  }

  void publish_part(const cache::SharedCache& news) {
    const std::vector<cache::SharedPage> pages = cache::make_pages(news);
    part_ = part_name(depot_.name(), update_.now, oci::Digest::of_bytes(top_document(pages).bytes));
    depot_.publish(part_, pages, blobs_of(news), stop_);
  }

  [[nodiscard]] cache::SharedCache merged_with(const cache::SharedCache& news) const {
    cache::SharedCache merged = known_.cache;
    merge(merged, news);
    merged.absorbed.clear();
    merged.absorbed.insert(known_.parts.begin(), known_.parts.end());
    if (!part_.empty()) merged.absorbed.insert(part_);
    forget_before(merged, update_.now - update_.keep_seconds);
    return merged;
  }

  void publish_main(cache::SharedCache merged, const cache::SharedCache& news) {
    const std::vector<CacheBlob> blobs = part_.empty() ? blobs_of(news) : std::vector<CacheBlob>{};
    try {
      depot_.publish(depot_.name(), cache::make_pages(merged), blobs, stop_);
    } catch (const registry::MissingBlobs&) {
      // Someone cleaned up there: what is gone is no cache any more.
      const std::map<oci::DiffId, oci::Descriptor> layers = merged.layers;
      for (const auto& [layer, blob] : layers) {
        if (!news.layers.contains(layer) && !depot_.has_blob(blob, stop_))
          forget_layer(merged, layer);
      }
      depot_.publish(depot_.name(), cache::make_pages(merged), blobs_of(news), stop_);
    }
  }

  // Why it did not work; the cache is written all the same.
  std::string clean_up(const cache::SharedCache& merged) {
    try {
      remove_old_parts(merged);
      depot_.remove_unused(update_.now, stop_);
      return "";
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::cancelled) throw;
      return error.what();
    }
  }

  void remove_old_parts(const cache::SharedCache& merged) {
    for (const std::string& part : merged.absorbed) {
      const auto time = part_time(part, depot_.name());
      if (time && *time < update_.now - kPartSeconds) depot_.remove(part, stop_);
    }
  }

  CacheDepot& depot_;
  const CacheUpdate& update_;
  std::stop_token stop_;
  KnownCache known_;
  std::string part_;
};

}  // namespace

UpdateReport update_cache(CacheDepot& depot, const CacheUpdate& update, std::stop_token stop) {
  return Writer(depot, update, std::move(stop)).run();
}

}  // namespace cooper::share
