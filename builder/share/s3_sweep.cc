#include "builder/share/s3_sweep.h"

#include <charconv>
#include <set>

#include "base/error.h"
#include "builder/share/s3_depot.h"
#include "oci/manifest.h"
#include "registry/parallel.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kSwept = "swept";  // when somebody did it last, in seconds
constexpr std::int64_t kBetween = 24 * 60 * 60;
constexpr std::int64_t kYoung = 2 * kTouchedSeconds;
constexpr unsigned kTransfers = 4;

bool is_due(const S3Client& client, std::int64_t now, const std::stop_token& stop) {
  const auto text = client.get_text(kSwept, stop);
  std::int64_t time = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), time);
  return time > now || now - time >= kBetween;
}

class UsedBlobs {
 public:
  UsedBlobs(const S3Client& client, const std::stop_token& stop) : client_(client), stop_(stop) {
    for (const ObjectPage::Object& object : client.list("manifests/", stop)) {
      if (const auto text = client.get_text(object.key, stop)) add(*text, object.key, 0);
    }
  }
  [[nodiscard]] bool has(const std::string& key) const { return keys_.contains(key); }

 private:
  void add(const std::string& text, const std::string& key, int depth) {
    const auto document = oci::parse_manifest_or_index(text, "");
    if (const auto* manifest = std::get_if<oci::Manifest>(&document)) {
      keys_.insert(S3Depot::blob_key(manifest->config.digest));
      for (const oci::Descriptor& layer : manifest->layers)
        keys_.insert(S3Depot::blob_key(layer.digest));
      return;
    }
    for (const oci::Descriptor& page : std::get<oci::Index>(document).manifests) {
      const std::string below = S3Depot::blob_key(page.digest);
      const auto bytes = client_.get_text(below, stop_);
      if (!bytes || depth > 0)
        throw Error(ErrorKind::corrupt, "read cache", key, below + " is not there");
      keys_.insert(below);
      add(*bytes, below, depth + 1);
    }
  }

  const S3Client& client_;
  const std::stop_token& stop_;
  std::set<std::string> keys_;
};

}  // namespace

void sweep_blobs(const S3Client& client, std::int64_t now, const std::stop_token& stop) {
  if (!is_due(client, now, stop)) return;
  // First, so that who may not remove objects is told so once a day and not with every build.
  client.put_text(kSwept, std::to_string(now), stop);
  // Listed first: what a writer adds meanwhile is in no list, and what it names is too young.
  const std::vector<ObjectPage::Object> blobs = client.list("blobs/sha256/", stop);
  const UsedBlobs used(client, stop);
  std::vector<std::string> unused;
  for (const ObjectPage::Object& blob : blobs) {
    if (blob.written > 0 && blob.written < now - kYoung && !used.has(blob.key))
      unused.push_back(blob.key);
  }
  registry::for_each_parallel(
      unused.size(), kTransfers, stop,
      [&](std::size_t i, const std::stop_token& token) { client.remove(unused[i], token); });
}

}  // namespace cooper::share
