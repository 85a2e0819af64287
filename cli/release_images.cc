#include "cli/release_images.h"

#include "base/error.h"
#include "builder/export/image_blobs.h"
#include "oci/reference.h"
#include "release/policy/release_tags.h"

namespace cooper::cli {
namespace {

struct Place {
  oci::Reference repository;  // without a tag
  release::ReleaseTags tags;
};

std::string name_of(const oci::Reference& repository) {
  return repository.registry + "/" + repository.repository;
}

Place place_of(const std::vector<std::string>& references, const std::string& version,
               const std::string& image) {
  Place place;
  std::vector<std::string> tags;
  for (const std::string& text : references) {
    const oci::Reference reference = oci::parse_reference(text);
    oci::Reference repository{reference.registry, reference.repository, {}, {}};
    if (!tags.empty() && !(repository == place.repository)) {
      throw base::Error(base::ErrorKind::usage, "release", image,
                        "it has tags in two repositories, " + name_of(place.repository) + " and " +
                            name_of(repository))
          .with_hint("copy it to the second one afterwards: cooper copy");
    }
    place.repository = std::move(repository);
    tags.push_back(reference.tag);
  }
  place.tags = release::read_release_tags(tags, version, image);
  return place;
}

registry::PushImage push_image(const export_::Image& image, store::Store& store) {
  if (!image.children.empty()) {
    throw base::Error(base::ErrorKind::unsupported, "release", image.name,
                      "an image of several platforms cannot be released")
        .with_hint("send it with bake --push");
  }
  registry::PushImage out{image.name, image.manifest_bytes, image.manifest.media_type, {}, {}};
  for (const oci::Descriptor& blob : export_::blobs_of(image)) {
    out.blobs.push_back({blob,
                         [&store, blob](std::uint64_t offset) {
                           return export_::open_blob_at(store, blob, offset);
                         },
                         [&image, &store, blob](const std::stop_token&) {
                           export_::require_blob(image, store, blob);
                         }});
  }
  return out;
}

}  // namespace

std::map<std::string, std::string> check_release_tags(const BuildRequest& request,
                                                      const std::set<std::string>& silent,
                                                      const std::string& version) {
  std::map<std::string, std::string> repositories;
  std::set<std::string> seen;
  for (const BuildTarget& target : request.targets) {
    if (silent.contains(target.name)) continue;
    const Place place = place_of(target.tags, version, target.name);
    repositories.try_emplace(name_of(place.repository), place.tags.version_tag);
    for (const std::string& tag : target.tags) {
      if (seen.insert(tag).second) continue;
      throw base::Error(base::ErrorKind::usage, "release", target.name,
                        "another target has the tag " + tag + " too");
    }
  }
  return repositories;
}

std::vector<release::ReleaseImage> release_images_of(const std::vector<export_::ExportJob>& jobs,
                                                     const std::string& version,
                                                     registry::Client& client,
                                                     store::Store& store) {
  std::vector<release::ReleaseImage> images;
  for (const export_::ExportJob& job : jobs) {
    const Place place = place_of(job.image->tags, version, job.image->name);
    images.push_back({place.tags.role, client.repository(place.repository),
                      push_image(*job.image, store), place.tags.version_tag,
                      place.tags.latest_tags});
  }
  return images;
}

}  // namespace cooper::cli
