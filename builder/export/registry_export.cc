#include "builder/export/registry_export.h"

#include <map>
#include <mutex>

#include "base/error.h"
#include "builder/export/image_blobs.h"
#include "oci/reference.h"

namespace cooper::export_ {
namespace {

using RepositoryName = std::pair<std::string, std::string>;  // host, repository
using TagsByRepository = std::map<RepositoryName, std::vector<std::string>>;

TagsByRepository tags_of(const ExportJob& job) {
  TagsByRepository out;
  for (const std::string& text : references_of(*job.image, *job.destination)) {
    const oci::Reference reference = oci::parse_reference(text);
    if (reference.digest) {
      throw base::Error(base::ErrorKind::usage, "push", text,
                        "a digest cannot be chosen; name a tag");
    }
    out[{reference.registry, reference.repository}].push_back(reference.tag);
  }
  if (out.empty()) {
    throw base::Error(base::ErrorKind::usage, "push", job.image->name,
                      "the image has no tag that says where to")
        .with_hint("give one: -t registry/repository:tag");
  }
  return out;
}

// All of one invocation: what is fetched is fetched once, what one repository has is mounted into
// the next.
class Push {
 public:
  Push(const ExportTools& tools, std::stop_token stop) : tools_(tools), stop_(std::move(stop)) {}

  void run(const RepositoryName& name,
           const std::vector<std::pair<const ExportJob*, std::vector<std::string>>>& images,
           const std::vector<ExportOutcome*>& outcomes) {
    registry::PushOptions options = tools_.push;
    const std::string display = name.first + "/" + name.second;
    if (tools_.push_progress) {
      options.progress = [this, display](const registry::PushProgress& event) {
        tools_.push_progress(display, event);
      };
    }
    std::vector<registry::PushImage> list;
    std::vector<std::size_t> places;  // of `images`, for each of the list
    for (std::size_t i = 0; i < images.size(); ++i) {
      add(list, *images[i].first->image, images[i].second);
      places.resize(list.size(), i);
    }
    registry::PushSession session(tools_.client->repository({name.first, name.second, "", {}}),
                                  std::move(options));
    const std::vector<registry::PushReport> reports = session.push(list, stop_);
    for (std::size_t i = 0; i < reports.size(); ++i) {
      take(reports[i], display, list[i].tags.empty(), *outcomes[places[i]]);
    }
  }

 private:
  // An index goes after the images it lists, which have no tags of their own.
  void add(std::vector<registry::PushImage>& list, const Image& image,
           const std::vector<std::string>& tags) {
    const std::size_t index = list.size() + image.children.size();
    for (const Image& child : image.children) {
      list.push_back(describe(child, {}));
      list.back().index = index;
    }
    list.push_back(describe(image, tags));
  }

  registry::PushImage describe(const Image& image, const std::vector<std::string>& tags) {
    registry::PushImage out{image.name, image.manifest_bytes, image.manifest.media_type, {}, tags};
    if (!image.children.empty()) return out;
    for (const oci::Descriptor& blob : blobs_of(image)) {
      out.blobs.push_back(
          {blob,
           [this, blob](std::uint64_t offset) { return open_blob_at(tools_.store, blob, offset); },
           [this, &image, blob](const std::stop_token&) { fetch(image, blob); }});
    }
    return out;
  }

  void fetch(const Image& image, const oci::Descriptor& blob) {
    std::unique_lock lock(mutex_);
    std::shared_ptr<std::once_flag>& once = fetched_[blob.digest];
    if (!once) once = std::make_shared<std::once_flag>();
    const std::shared_ptr<std::once_flag> flag = once;
    lock.unlock();  // different blobs are fetched side by side
    std::call_once(*flag, [&] { require_blob(image, tools_.store, blob); });
  }

  static void take(const registry::PushReport& report, const std::string& repository,
                   bool by_digest, ExportOutcome& into) {
    into.pushed_bytes += report.pushed_bytes;
    into.reused_bytes += report.reused_bytes;
    if (by_digest) return;
    for (const std::string& tag : report.moved_tags)
      into.moved_tags.push_back(repository + ":" + tag);
    for (const std::string& tag : report.unchanged_tags)
      into.unchanged_tags.push_back(repository + ":" + tag);
  }

  const ExportTools& tools_;
  std::stop_token stop_;
  std::mutex mutex_;
  std::map<oci::Digest, std::shared_ptr<std::once_flag>> fetched_;
};

}  // namespace

std::vector<ExportOutcome> push_images(const std::vector<ExportJob>& jobs, const ExportTools& tools,
                                       std::stop_token stop) {
  if (tools.client == nullptr && !jobs.empty()) {
    throw base::Error(base::ErrorKind::usage, "push", jobs.front().image->name,
                      "there is no registry client");
  }
  struct Group {
    std::vector<std::pair<const ExportJob*, std::vector<std::string>>> images;
    std::vector<ExportOutcome*> outcomes;
  };
  std::vector<ExportOutcome> outcomes(jobs.size());
  std::map<RepositoryName, Group> groups;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    for (const auto& [name, tags] : tags_of(jobs[i])) {
      groups[name].images.emplace_back(&jobs[i], tags);
      groups[name].outcomes.push_back(&outcomes[i]);
    }
  }
  Push push(tools, std::move(stop));
  for (const auto& [name, group] : groups) push.run(name, group.images, group.outcomes);
  return outcomes;
}

}  // namespace cooper::export_
