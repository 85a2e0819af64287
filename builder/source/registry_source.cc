#include "builder/source/registry_source.h"

#include "base/error.h"
#include "builder/source/pull_blobs.h"
#include "builder/source/resolve_documents.h"
#include "oci/media_type.h"

namespace cooper::source {
namespace {

// The answering place first, then those after it.
std::vector<registry::Repository> from(const std::vector<registry::Repository>& places,
                                       std::size_t first) {
  return {places.begin() + static_cast<std::ptrdiff_t>(first), places.end()};
}

}  // namespace

RegistrySource::RegistrySource(registry::Client& client, oci::Reference reference,
                               store::Store* store)
    : client_(client), reference_(std::move(reference)), store_(store) {}

std::string RegistrySource::read_document(const registry::Repository& repository,
                                          const oci::Descriptor& document,
                                          const std::stop_token& stop) const {
  if (store_ != nullptr) {
    if (std::optional<std::string> known = store_->read_document(document.digest)) return *known;
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
  const std::vector<registry::Repository> places = client_.pull_places(reference_);
  std::string mirrors;  // that failed, and why
  for (std::size_t i = 0;; ++i) {
    const bool last = i + 1 == places.size();
    try {
      return resolve_at(places[i], from(places, i), platform, stop);
    } catch (base::Error& error) {
      if (error.kind() == base::ErrorKind::cancelled) throw;
      if (last && !mirrors.empty())
        error.with_hint((error.hint().empty() ? "" : error.hint() + "; ") +
                        "before it these failed:" + mirrors);
      if (last) throw;
      mirrors += std::string(mirrors.empty() ? " " : "; ") + error.what();
    }
  }
}

ResolvedImage RegistrySource::resolve_at(const registry::Repository& place,
                                         std::vector<registry::Repository> places,
                                         const oci::Platform& platform,
                                         const std::stop_token& stop) const {
  const auto read = [&](const oci::Descriptor& document) {
    return read_document(place, document, stop);
  };
  const auto finish = [&](TopDocument top) {
    const std::string name = reference_.registry + "/" + reference_.repository;
    ResolvedImage image =
        resolve_documents(oci::to_string(reference_), std::move(top), platform, read,
                          std::make_shared<PullBlobs>(std::move(places), name));
    for (const oci::Descriptor& layer : image.layers)
      place.host().places().note(layer.digest, place.name());
    return image;
  };
  if (store_ != nullptr && reference_.digest) {
    if (std::optional<std::string> known = store_->read_document(*reference_.digest)) {
      const std::uint64_t size = known->size();
      return finish({{"", *reference_.digest, size}, *std::move(known)});
    }
  }
  registry::FetchedManifest fetched =
      place.get_manifest(reference_.digest ? reference_.digest->to_string() : reference_.tag, stop);
  if (store_ != nullptr) store_->put_blob(fetched.bytes);
  return finish({std::move(fetched.descriptor), std::move(fetched.bytes)});
}

}  // namespace cooper::source
