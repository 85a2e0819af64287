#include "registry/push_session.h"

#include <algorithm>

#include "base/error.h"
#include "registry/parallel.h"

namespace cooper::registry {
namespace {

constexpr int kManifestTries = 3;  // when blobs vanish between their check and the manifest

void stop_if_cancelled(const std::stop_token& stop) {
  if (stop.stop_requested()) throw base::Error(base::ErrorKind::cancelled, "push", "", "cancelled");
}

}  // namespace

// What the registry said about one tag before anything was sent.
struct PushSession::Lookup {
  std::size_t image = 0;
  std::string tag;
  std::optional<oci::Descriptor> there = {};
};

PushSession::PushSession(Repository repository, PushOptions options)
    : repository_(std::move(repository)), options_(std::move(options)), lanes_(options_.parallel) {}

std::vector<PushReport> PushSession::push(const std::vector<PushImage>& images,
                                          std::stop_token stop) {
  const std::vector<Lookup> lookups = look_up_tags(images, stop);
  std::vector<std::vector<std::string>> to_move(images.size());
  std::vector<PushReport> tags(images.size());
  bool new_repository = !lookups.empty();
  for (const Lookup& lookup : lookups) {
    const oci::Digest digest = oci::Digest::of_bytes(images[lookup.image].manifest_bytes);
    const bool same = lookup.there && lookup.there->digest == digest;
    if (same) manifests_.insert(digest);
    new_repository = new_repository && !lookup.there;
    before_[lookup.tag] = lookup.there ? std::optional(lookup.there->digest) : std::nullopt;
    (same ? tags[lookup.image].unchanged_tags : to_move[lookup.image]).push_back(lookup.tag);
  }
  std::vector<const PushBlob*> blobs;
  std::set<oci::Digest> listed;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const bool listed_already =
        images[i].index && to_move.at(*images[i].index).empty();  // all tags of its index are there
    if (images[i].tags.empty() && !listed_already)
      to_move[i].push_back(oci::Digest::of_bytes(images[i].manifest_bytes).to_string());
    if (to_move[i].empty() || manifests_.count(oci::Digest::of_bytes(images[i].manifest_bytes)) > 0)
      continue;
    for (const PushBlob& blob : images[i].blobs) {
      if (placed_.count(blob.descriptor.digest) == 0 &&
          listed.insert(blob.descriptor.digest).second)
        blobs.push_back(&blob);
    }
  }
  place_blobs(blobs, new_repository, stop);

  std::vector<PushReport> reports;
  std::set<oci::Digest> counted;
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (const std::string& reference : to_move[i]) {
      try {
        put(images[i], reference, stop);
      } catch (base::Error& error) {
        tell_what_was_written(error);
        throw;
      }
    }
    PushReport report = account(images[i], counted);
    report.unchanged_tags = std::move(tags[i].unchanged_tags);
    if (!images[i].tags.empty()) report.moved_tags = to_move[i];
    reports.push_back(std::move(report));
  }
  return reports;
}

void PushSession::place(const std::vector<PushImage>& images, bool new_repository,
                        std::stop_token stop) {
  std::vector<const PushBlob*> blobs;
  std::set<oci::Digest> listed;
  for (const PushImage& image : images) {
    for (const PushBlob& blob : image.blobs) {
      const oci::Digest& digest = blob.descriptor.digest;
      if (placed_.count(digest) == 0 && listed.insert(digest).second) blobs.push_back(&blob);
    }
  }
  place_blobs(blobs, new_repository, stop);
}

std::vector<PushSession::Lookup> PushSession::look_up_tags(const std::vector<PushImage>& images,
                                                           const std::stop_token& stop) {
  std::vector<Lookup> lookups;
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (const std::string& tag : images[i].tags) lookups.push_back({i, tag});
  }
  for_each_parallel(lookups.size(), options_.parallel, stop,
                    [&](std::size_t i, const std::stop_token& token) {
                      lookups[i].there = repository_.head_manifest(lookups[i].tag, token);
                    });
  stop_if_cancelled(stop);
  return lookups;
}

void PushSession::place_blobs(const std::vector<const PushBlob*>& given, bool alone_first,
                              const std::stop_token& stop) {
  std::vector<const PushBlob*> blobs = given;
  // Large ones first keeps all connections busy to the end.
  std::stable_sort(blobs.begin(), blobs.end(), [](const PushBlob* a, const PushBlob* b) {
    return a->descriptor.size > b->descriptor.size;
  });
  if (alone_first && !blobs.empty()) {
    // Some registries create a repository with its first blob and cannot do that twice at once: the
    // smallest goes alone.
    place_one(*blobs.back(), stop);
    blobs.pop_back();
  }
  for_each_parallel(
      blobs.size(), options_.parallel, stop,
      [&](std::size_t i, const std::stop_token& token) { place_one(*blobs[i], token); });
  stop_if_cancelled(stop);
}

void PushSession::place_one(const PushBlob& blob, const std::stop_token& stop) {
  const Lanes::Lane lane = lanes_.enter(stop);
  bool fetched = !blob.fetch;
  bool started = false;
  const BlobContent content{blob.descriptor, [&](std::uint64_t offset) {
                              if (!fetched) blob.fetch(stop);
                              fetched = true;
                              if (!started) tell(blob.descriptor, PushProgress::Event::started);
                              started = true;
                              return blob.open(offset);
                            }};
  UploadOptions upload = options_.upload;
  upload.on_sent = [&](std::uint64_t sent) {
    tell(blob.descriptor, PushProgress::Event::sent, sent);
  };
  upload.on_trouble = [this] { lanes_.narrow(); };
  BlobPlaces& places = repository_.host().places();
  const oci::Digest& digest = blob.descriptor.digest;
  std::vector<std::string> sources = places.others(digest, repository_.name());
  for (const std::string& place : blob.mount_from) {
    if (std::ranges::find(sources, place) == sources.end()) sources.push_back(place);
  }
  const Placement placement = place_blob(repository_, content, sources, upload, stop);
  places.note(digest, repository_.name());
  {
    const std::lock_guard lock(mutex_);
    placed_.emplace(blob.descriptor.digest, placement);
  }
  tell(blob.descriptor, placement == Placement::present   ? PushProgress::Event::present
                        : placement == Placement::mounted ? PushProgress::Event::mounted
                                                          : PushProgress::Event::uploaded);
}

void PushSession::put(const PushImage& image, const std::string& reference,
                      const std::stop_token& stop) {
  http::RetryBudget budget(options_.upload.retry, repository_.host().clock());
  for (int attempt = 1;; ++attempt) {
    stop_if_cancelled(stop);
    put_once(image, reference, stop);
    written_.push_back(reference);
    if (!options_.read_back || reads_back(image, reference, stop)) break;
    written_.pop_back();
    if (attempt == kManifestTries || !budget.wait(stop)) {
      throw base::Error(base::ErrorKind::network, "push",
                        repository_.display_name() + ":" + reference,
                        "the registry accepted the manifest but does not show it")
          .with_hint(repository_.host().is_gitea()
                         ? "Gitea before 1.25.3 loses errors of this kind: upgrade it, then push "
                           "again"
                         : "push again; nothing is sent twice");
    }
  }
  manifests_.insert(oci::Digest::of_bytes(image.manifest_bytes));
}

// Some tags moved and others did not: which, and that this is no dead end.
void PushSession::tell_what_was_written(base::Error& error) const {
  if (written_.empty()) return;
  std::string text = error.hint().empty() ? "" : error.hint() + "; ";
  std::string tags;
  for (const std::string& reference : written_) {
    const bool is_tag = reference.find(':') == std::string::npos;  // else a manifest by its digest
    if (is_tag) tags += (tags.empty() ? "" : ", ") + reference;
  }
  text += tags.empty() ? "no tag was written" : "tags written so far: " + tags;
  error.with_hint(text + "; push again: what is there is not sent twice");
}

// The manifest, after blobs that vanished since they were looked up.
void PushSession::put_once(const PushImage& image, const std::string& reference,
                           const std::stop_token& stop) {
  if (options_.refuse_moved) check_unmoved(reference, stop);
  for (int attempt = 1;; ++attempt) {
    try {
      return repository_.put_manifest(reference, image.manifest_bytes, image.media_type, stop);
    } catch (const MissingBlobs&) {
      if (attempt == kManifestTries) throw;
    }
    // What we believed to be there is not: everything is looked up again.
    std::vector<const PushBlob*> blobs;
    for (const PushBlob& blob : image.blobs) {
      placed_.erase(blob.descriptor.digest);
      blobs.push_back(&blob);
    }
    place_blobs(blobs, false, stop);
  }
}

void PushSession::check_unmoved(const std::string& tag, const std::stop_token& stop) const {
  const auto before = before_.find(tag);
  if (before == before_.end()) return;  // a digest
  const std::optional<oci::Descriptor> now = repository_.head_manifest(tag, stop);
  const bool same = now ? before->second == now->digest : !before->second;
  if (same) return;
  throw base::Error(
      base::ErrorKind::failure, "push", repository_.display_name() + ":" + tag,
      "somebody else moved the tag meanwhile: it is " + (now ? now->digest.to_string() : "gone"))
      .with_hint("nothing was written to it; look what it is now, then push again");
}

// False when the registry still shows what it showed before: the manifest was accepted and lost.
bool PushSession::reads_back(const PushImage& image, const std::string& reference,
                             const std::stop_token& stop) const {
  const std::optional<FetchedManifest> back = repository_.try_get_manifest(reference, stop);
  if (back && back->bytes == image.manifest_bytes) return true;
  const auto before = before_.find(reference);
  const bool old = before != before_.end() && back && before->second == back->descriptor.digest;
  if (!back || old) return false;
  throw base::Error(base::ErrorKind::failure, "push", repository_.display_name() + ":" + reference,
                    "the registry now shows another manifest, " +
                        back->descriptor.digest.to_string() +
                        "; somebody else pushed this tag at the same time");
}

void PushSession::tell(const oci::Descriptor& blob, PushProgress::Event event, std::uint64_t sent) {
  if (!options_.progress) return;
  const std::lock_guard lock(mutex_);
  options_.progress({blob, event, sent});
}

PushReport PushSession::account(const PushImage& image, std::set<oci::Digest>& counted) {
  PushReport report;
  std::set<oci::Digest> of_image;
  for (const PushBlob& blob : image.blobs) {
    if (!of_image.insert(blob.descriptor.digest).second) continue;
    const auto placed = placed_.find(blob.descriptor.digest);
    const bool uploaded = placed != placed_.end() && placed->second == Placement::uploaded;
    const bool first = counted.insert(blob.descriptor.digest).second;
    (uploaded && first ? report.pushed_bytes : report.reused_bytes) += blob.descriptor.size;
    if (uploaded) placed->second = Placement::present;  // from now on it is
  }
  return report;
}

}  // namespace cooper::registry
