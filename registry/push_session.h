// Pushes images into one repository so that nothing goes wrong: blobs of all images first, each
// looked up and sent once; then the manifests, one after the other; a tag moves only when
// everything below it is there.
//
// An image whose tag is there already costs one request. The session remembers what it saw, so a
// later push() of the same image under other tags sends manifests only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "registry/blob_upload.h"
#include "registry/lanes.h"
#include "registry/repository.h"

namespace cooper::registry {

struct PushBlob {
  oci::Descriptor descriptor;
  std::function<std::unique_ptr<base::Source>(std::uint64_t offset)> open;
  // Called once before the first open() if the registry lacks the blob: fetches it from where the
  // base image came from.
  std::function<void(std::stop_token)> fetch = {};
  // Repositories of the same registry that have it, beside those that Host::places() knows.
  std::vector<std::string> mount_from = {};
};

struct PushImage {
  std::string name;  // for messages
  std::string manifest_bytes;
  std::string media_type;
  std::vector<PushBlob> blobs;    // configuration and layers
  std::vector<std::string> tags;  // none: by digest only
  // Place in the list, after this one, of the index that lists it. It goes by digest, before the
  // index and only when that one is written.
  std::optional<std::size_t> index = {};
};

struct PushProgress {
  enum class Event { present, mounted, started, sent, uploaded };
  const oci::Descriptor& blob;
  Event event;
  std::uint64_t sent = 0;
};

struct PushOptions {
  unsigned parallel = 4;  // transfers; one at a time once the registry gets into trouble
  bool read_back = true;  // GET each manifest that was put and compare the bytes
  // Before a tag is written it is looked up once more; one that moved since push() began is an
  // error.
  bool refuse_moved = false;
  UploadOptions upload = {};
  std::function<void(const PushProgress&)> progress =
      {};  // called from several threads, one at a time
};

struct PushReport {
  std::uint64_t pushed_bytes = 0;  // blobs that were sent
  std::uint64_t reused_bytes = 0;  // blobs that were there or mounted
  std::vector<std::string> moved_tags = {};
  std::vector<std::string> unchanged_tags = {};
};

// Used by one thread; works with several.
class PushSession {
 public:
  PushSession(Repository repository, PushOptions options);

  // One report per image; a blob that several images have is counted as pushed for the first of
  // them and as reused for the others. Throws base::Error; tags that had not moved by then stay as
  // they were.
  [[nodiscard]] std::vector<PushReport> push(const std::vector<PushImage>& images,
                                             std::stop_token stop = {});

  // The blobs alone, of all images; no manifest is written. `new_repository`: the registry may have
  // to make it first. A push() of the same images then sends manifests only.
  void place(const std::vector<PushImage>& images, bool new_repository, std::stop_token stop = {});

 private:
  struct Lookup;
  [[nodiscard]] std::vector<Lookup> look_up_tags(const std::vector<PushImage>& images,
                                                 const std::stop_token& stop);
  void place_blobs(const std::vector<const PushBlob*>& blobs, bool alone_first,
                   const std::stop_token& stop);
  void place_one(const PushBlob& blob, const std::stop_token& stop);
  void put(const PushImage& image, const std::string& reference, const std::stop_token& stop);
  void put_once(const PushImage& image, const std::string& reference, const std::stop_token& stop);
  void tell_what_was_written(base::Error& error) const;
  void check_unmoved(const std::string& tag, const std::stop_token& stop) const;
  [[nodiscard]] bool reads_back(const PushImage& image, const std::string& reference,
                                const std::stop_token& stop) const;
  void tell(const oci::Descriptor& blob, PushProgress::Event event, std::uint64_t sent = 0);
  [[nodiscard]] PushReport account(const PushImage& image, std::set<oci::Digest>& counted);

  Repository repository_;
  PushOptions options_;
  Lanes lanes_;
  std::map<std::string, std::optional<oci::Digest>> before_;  // what tags meant at first
  std::vector<std::string> written_;                          // tags and digests, in order
  std::mutex mutex_;                         // guards what follows, and progress calls
  std::map<oci::Digest, Placement> placed_;  // blobs that are in the repository
  std::set<oci::Digest> manifests_;          // manifests that are
};

}  // namespace cooper::registry
