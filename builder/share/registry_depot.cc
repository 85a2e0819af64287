#include "builder/share/registry_depot.h"

#include "oci/media_type.h"

namespace cooper::share {
namespace {

class RepositoryBlobs final : public store::BlobProvider {
 public:
  explicit RepositoryBlobs(registry::Repository repository) : repository_(std::move(repository)) {}
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    repository_.get_blob(blob, sink, std::move(stop));
  }
  [[nodiscard]] std::string name() const override { return repository_.display_name(); }

 private:
  registry::Repository repository_;
};

}  // namespace

RegistryDepot::RegistryDepot(registry::Repository repository, oci::Reference reference,
                             registry::PushOptions options)
    : CacheDepot(reference.digest ? reference.digest->to_string() : reference.tag),
      repository_(std::move(repository)),
      reference_(std::move(reference)),
      options_(std::move(options)) {
  // Another writer may have the main name moved on by then, which loses nothing.
  options_.read_back = false;
}

std::optional<CacheDocument> RegistryDepot::find(const std::string& name, std::stop_token stop) {
  auto fetched = repository_.try_get_manifest(name, std::move(stop));
  if (!fetched) return std::nullopt;
  return CacheDocument{std::move(fetched->bytes), std::move(fetched->descriptor.media_type)};
}

CacheDocument RegistryDepot::read_manifest(const oci::Descriptor& manifest, std::stop_token stop) {
  auto fetched = repository_.get_manifest(manifest.digest.to_string(), std::move(stop));
  return {std::move(fetched.bytes), std::move(fetched.descriptor.media_type)};
}

std::vector<std::string> RegistryDepot::names(std::stop_token stop) {
  if (reference_.digest) return {};
  return repository_.list_tags(std::move(stop)).value_or(std::vector<std::string>{});
}

bool RegistryDepot::has_blob(const oci::Descriptor& blob, std::stop_token stop) {
  return repository_.has_blob(blob, std::move(stop));
}

std::shared_ptr<store::BlobProvider> RegistryDepot::blobs() {
  return std::make_shared<RepositoryBlobs>(repository_);
}

void RegistryDepot::publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
                            const std::vector<CacheBlob>& blobs, std::stop_token stop) {
  std::vector<registry::PushImage> images;
  const bool several = pages.size() > 1;
  for (const cache::SharedPage& page : pages) {
    registry::PushImage image{
        "cache " + name, page.manifest_bytes, page.manifest.media_type, {}, {}};
    image.blobs.push_back({page.manifest.config, [&page](std::uint64_t offset) {
                             return std::make_unique<base::StringSource>(
                                 std::string_view(page.config_bytes).substr(offset));
                           }});
    if (several) image.index = pages.size();
    images.push_back(std::move(image));
  }
  for (const CacheBlob& blob : blobs)
    images.front().blobs.push_back({blob.descriptor, blob.open, blob.fetch});
  if (several) {
    CacheDocument top = top_document(pages);
    images.push_back({"cache " + name, std::move(top.bytes), std::move(top.media_type), {}, {}});
  }
  images.back().tags = {name};
  if (!session_) session_.emplace(repository_, options_);
  static_cast<void>(session_->push(images, std::move(stop)));
}

void RegistryDepot::remove(const std::string& name, std::stop_token stop) {
  static_cast<void>(repository_.delete_manifest(name, std::move(stop)));
}

}  // namespace cooper::share
