#include "builder/source/registry_source.h"

#include "base/error.h"
#include "builder/source/resolve_documents.h"
#include "oci/media_type.h"

namespace cooper::source {
namespace {

class RegistryBlobs final : public store::BlobProvider {
 public:
  explicit RegistryBlobs(registry::Repository repository) : repository_(std::move(repository)) {}
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    repository_.get_blob(blob, sink, std::move(stop));
  }
  [[nodiscard]] std::string name() const override { return repository_.display_name(); }

 private:
  registry::Repository repository_;
};

}  // namespace

RegistrySource::RegistrySource(registry::Client& client, oci::Reference reference,
                               store::Store* store)
    : client_(client), reference_(std::move(reference)), store_(store) {}

std::string RegistrySource::read_document(const registry::Repository& repository,
                                          const oci::Descriptor& document,
                                          const std::stop_token& stop) const {
  if (store_ != nullptr) {
    if (std::optional<std::string> known =
            store_->read_blob(document.digest, oci::kMaxDocumentBytes))
      return *known;
  }
  const bool is_document = oci::media_type::is_manifest(document.media_type) ||
                           oci::media_type::is_index(document.media_type);
  std::string bytes;
  if (is_document) {
    bytes = repository.get_manifest(document.digest.to_string(), stop).bytes;
  } else {
    base::StringSink sink;
    repository.get_blob(document, sink, stop);
    bytes = sink.take();
  }
  if (store_ != nullptr) store_->put_blob(bytes);
  return bytes;
}

ResolvedImage RegistrySource::resolve(const oci::Platform& platform, std::stop_token stop) {
  const registry::Repository repository = client_.repository(reference_);
  const auto read = [&](const oci::Descriptor& document) {
    return read_document(repository, document, stop);
  };
  const auto finish = [&](TopDocument top) {
    ResolvedImage image = resolve_documents(oci::to_string(reference_), std::move(top), platform,
                                            read, std::make_shared<RegistryBlobs>(repository));
    for (const oci::Descriptor& layer : image.layers)
      repository.host().places().note(layer.digest, repository.name());
    return image;
  };
  if (store_ != nullptr && reference_.digest) {
    if (std::optional<std::string> known =
            store_->read_blob(*reference_.digest, oci::kMaxDocumentBytes)) {
      const std::uint64_t size = known->size();
      return finish({{"", *reference_.digest, size}, *std::move(known)});
    }
  }
  registry::FetchedManifest fetched = repository.get_manifest(
      reference_.digest ? reference_.digest->to_string() : reference_.tag, stop);
  if (store_ != nullptr) store_->put_blob(fetched.bytes);
  return finish({std::move(fetched.descriptor), std::move(fetched.bytes)});
}

}  // namespace cooper::source
