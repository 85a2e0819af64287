#include "builder/resolve_images.h"

#include <future>

#include "base/error.h"
#include "oci/reference.h"

namespace cooper {
namespace {

source::ResolvedImage resolve_one(BuildTools& tools, const plan::ExternalImage& image,
                                  std::stop_token stop) {
  try {
    return tools.open_source(image.location)->resolve(image.platform, stop);
  } catch (base::Error& error) {
    if (!error.spot() && image.where.first_line > 0)
      error.with_spot({image.file_name, image.where.first_line, 1, 0, ""});
    throw;
  }
}

plan::BaseImage base_image(const plan::ExternalImage& image, source::ResolvedImage resolved,
                           std::size_t provider) {
  return {image.name,
          oci::try_parse_reference(image.location).value_or(oci::Reference{}),
          std::move(resolved.manifest),
          std::move(resolved.layers),
          std::move(resolved.config),
          provider};
}

}  // namespace

void ImageResolver::resolve(const std::vector<plan::ExternalImage>& images, std::stop_token stop) {
  std::vector<std::future<source::ResolvedImage>> asked;
  for (const plan::ExternalImage& image : images) {
    asked.push_back(std::async(std::launch::async,
                               [this, &image, stop] { return resolve_one(tools_, image, stop); }));
  }
  for (auto& one : asked) one.wait();
  for (std::size_t i = 0; i < images.size(); ++i) {
    source::ResolvedImage resolved = asked[i].get();
    providers_.push_back(resolved.blobs);
    images_.insert_or_assign(images[i].key,
                             base_image(images[i], std::move(resolved), providers_.size() - 1));
  }
}

}  // namespace cooper
