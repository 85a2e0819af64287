#include "images/document_source.h"

#include "base/error.h"
#include "builder/source/archive_files.h"
#include "builder/source/docker_archive_source.h"
#include "builder/source/layout_source.h"
#include "builder/source/open_source.h"
#include "builder/source/pull_blobs.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::images {
namespace {

using base::Error;
using base::ErrorKind;

// Mirrors are asked first; the place that answers for the top document is the image's from then on.
class RegistryDocuments final : public DocumentSource {
 public:
  // `places` is not empty.
  RegistryDocuments(std::vector<registry::Repository> places, oci::Reference reference)
      : places_(std::move(places)), reference_(std::move(reference)) {}

  Document top(std::stop_token stop) override {
    const std::string name = reference_.digest ? reference_.digest->to_string() : reference_.tag;
    for (;;) {
      try {
        auto fetched = places_.front().get_manifest(name, stop);
        return {std::move(fetched.descriptor), std::move(fetched.bytes)};
      } catch (Error& error) {
        if (places_.size() == 1 && !failed_.empty())
          error.with_hint((error.hint().empty() ? "" : error.hint() + "; ") +
                          "before it these failed:" + failed_);
        if (places_.size() == 1 || error.kind() == ErrorKind::cancelled) throw;
        failed_ += std::string(failed_.empty() ? " " : "; ") + error.what();
        places_.erase(places_.begin());
      }
    }
  }
  std::string read(const oci::Descriptor& document, std::stop_token stop) override {
    if (oci::media_type::is_manifest(document.media_type) ||
        oci::media_type::is_index(document.media_type)) {
      return places_.front().get_manifest(document.digest.to_string(), std::move(stop)).bytes;
    }
    base::StringSink sink;
    fetch(document, sink, std::move(stop));
    return sink.take();
  }
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    source::PullBlobs(places_, reference_.registry + "/" + reference_.repository)
        .fetch(blob, sink, std::move(stop));
  }
  [[nodiscard]] std::optional<registry::Repository> repository() const override {
    return places_.front();
  }

 private:
  std::vector<registry::Repository> places_;
  oci::Reference reference_;
  std::string failed_;  // places, and why
};

class LayoutDocuments final : public DocumentSource {
 public:
  LayoutDocuments(std::shared_ptr<source::LayoutFiles> files, source::LayoutSelector selector)
      : files_(std::move(files)), selector_(std::move(selector)) {}

  Document top(std::stop_token stop) override {
    const auto text = files_->read_document("index.json");
    if (!text) {
      throw Error(ErrorKind::not_found, "read", files_->name(),
                  "there is no index.json: this is no OCI image layout");
    }
    const oci::Index index = oci::parse_index(*text, "");
    oci::Descriptor chosen = source::select_image(index, selector_, files_->name());
    chosen.annotations.clear();  // of the place in the layout
    std::string bytes = read(chosen, std::move(stop));
    return {std::move(chosen), std::move(bytes)};
  }
  std::string read(const oci::Descriptor& document, std::stop_token) override {
    auto bytes = files_->read_document(path_of(document));
    if (bytes) return *std::move(bytes);
    throw Error(ErrorKind::not_found, "read", files_->name(),
                document.digest.to_string() + " is not there");
  }
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    auto file = files_->open(path_of(blob));
    if (!file) {
      throw Error(ErrorKind::not_found, "read", files_->name(),
                  blob.digest.to_string() + " is not there");
    }
    std::vector<std::byte> buffer(256 * 1024);
    while (const std::size_t count = file->bytes->read(buffer)) {
      if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, "read", files_->name(), "cancelled");
      sink.write({buffer.data(), count});
    }
  }

 private:
  static std::string path_of(const oci::Descriptor& blob) {
    return "blobs/sha256/" + blob.digest.hex();
  }
  std::shared_ptr<source::LayoutFiles> files_;
  source::LayoutSelector selector_;
};

// One image of a `docker save` archive, whose manifest is made here.
class SavedDocuments final : public DocumentSource {
 public:
  SavedDocuments(std::shared_ptr<source::LayoutFiles> files, std::string reference)
      : source_(std::move(files), std::move(reference)) {}

  Document top(std::stop_token stop) override {
    // An archive of this form holds one platform; what it is called decides nothing.
    image_ = source_.resolve({"linux", "amd64"}, std::move(stop));
    return {image_->manifest, image_->manifest_bytes};
  }
  std::string read(const oci::Descriptor&, std::stop_token) override {
    return image_->config_bytes;
  }
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    if (blob.digest == oci::Digest::of_bytes(image_->config_bytes)) {
      sink.write(base::as_bytes(image_->config_bytes));
      return;
    }
    image_->blobs->fetch(blob, sink, std::move(stop));
  }

 private:
  source::DockerArchiveSource source_;
  std::optional<source::ResolvedImage> image_;
};

}  // namespace

std::optional<std::string> after_prefix(const std::string& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

std::optional<std::string> after_layout_prefix(const std::string& text) {
  if (auto rest = after_prefix(text, "oci-layout://")) return rest;
  return after_prefix(text, "oci:");
}

DockerArchivePlace parse_docker_archive(const std::string& rest) {
  const std::size_t colon = rest.find(':');
  if (colon == 0 || rest.empty())
    throw Error(ErrorKind::usage, "open image", "docker-archive:" + rest, "there is no path in it");
  return {rest.substr(0, colon), colon == std::string::npos ? "" : rest.substr(colon + 1)};
}

std::string plain_reference(const std::string& text) {
  for (const char* prefix : {"docker://", "docker-image://"}) {
    if (const auto rest = after_prefix(text, prefix)) return *rest;
  }
  return text;
}

std::unique_ptr<DocumentSource> open_documents(const std::string& text, registry::Client& client,
                                               const store::Store& store) {
  if (const auto rest = after_layout_prefix(text)) {
    source::LayoutLocation location = source::parse_layout_location(*rest);
    return std::make_unique<LayoutDocuments>(
        source::open_layout_directory(location.path),
        source::LayoutSelector{std::move(location.tag), location.digest});
  }
  if (const auto rest = after_prefix(text, "oci-archive:")) {
    source::LayoutLocation location = source::parse_layout_location(*rest);
    return std::make_unique<LayoutDocuments>(
        source::open_layout_archive(location.path),
        source::LayoutSelector{std::move(location.tag), location.digest});
  }
  if (const auto rest = after_prefix(text, "docker-archive:")) {
    const DockerArchivePlace place = parse_docker_archive(*rest);
    return std::make_unique<SavedDocuments>(source::open_layout_archive(place.path),
                                            place.reference);
  }
  if (const auto rest = after_prefix(text, "cooper-store:")) {
    const std::string reference = oci::to_string(oci::parse_reference(*rest));
    const auto found = store.find_image(reference);
    if (!found) throw Error(ErrorKind::not_found, "read", reference, "the store has no such image");
    return std::make_unique<LayoutDocuments>(source::open_layout_directory(store.path()),
                                             source::LayoutSelector{{}, found->digest});
  }
  const std::string plain = plain_reference(text);
  if (plain.find("://") != std::string::npos) {
    throw Error(ErrorKind::usage, "read image", text, "no such kind of place is known")
        .with_hint(
            "a reference, oci-layout://, oci:, oci-archive:, docker-archive: or cooper-store:");
  }
  oci::Reference reference = oci::parse_reference(plain);
  std::vector<registry::Repository> places = client.pull_places(reference);
  return std::make_unique<RegistryDocuments>(std::move(places), std::move(reference));
}

}  // namespace cooper::images
