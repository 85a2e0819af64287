#include "builder/source/layout_source.h"

#include "base/error.h"
#include "builder/source/resolve_documents.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::source {
namespace {

constexpr const char* kRefName = "org.opencontainers.image.ref.name";

class LayoutBlobs final : public store::BlobProvider {
 public:
  LayoutBlobs(std::shared_ptr<LayoutFiles> files, std::string name)
      : files_(std::move(files)), name_(std::move(name)) {}

  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    std::optional<LayoutFiles::File> file = files_->open("blobs/sha256/" + blob.digest.hex());
    if (!file)
      throw base::Error(base::ErrorKind::not_found, "read blob of", name_,
                        blob.digest.to_string() + " is not there");
    if (file->size != blob.size) {
      throw base::Error(base::ErrorKind::corrupt, "read blob of", name_,
                        blob.digest.to_string() + " has another size");
    }
    std::vector<std::byte> buffer(256 * 1024);
    while (const std::size_t count = file->bytes->read(buffer)) {
      if (stop.stop_requested())
        throw base::Error(base::ErrorKind::cancelled, "read blob of", name_, "cancelled");
      sink.write({buffer.data(), count});
    }
  }
  [[nodiscard]] std::string name() const override { return name_; }

 private:
  std::shared_ptr<LayoutFiles> files_;
  std::string name_;
};

std::string ref_name(const oci::Descriptor& entry) {
  const auto found = entry.annotations.find(kRefName);
  return found == entry.annotations.end() ? std::string() : found->second;
}

// The annotation holds a tag ("1.2") or a whole reference ("reg.example/site:1.2").
bool is_named(const oci::Descriptor& entry, const std::string& tag) {
  const std::string name = ref_name(entry);
  if (name == tag) return !name.empty();
  const std::optional<oci::Reference> reference = oci::try_parse_reference(name);
  return reference && name.find(':') != std::string::npos && reference->tag == tag;
}

std::string names_of(const oci::Index& index) {
  std::string out;
  for (const oci::Descriptor& entry : index.manifests) {
    const std::string name = ref_name(entry);
    out += (out.empty() ? "" : ", ") + (name.empty() ? entry.digest.to_string() : name);
  }
  return out.empty() ? "nothing" : out;
}

}  // namespace

const oci::Descriptor& select_image(const oci::Index& index, const LayoutSelector& selector,
                                    const std::string& name) {
  for (const oci::Descriptor& entry : index.manifests) {
    if (selector.digest ? entry.digest == *selector.digest
                        : is_named(entry, selector.tag.empty() ? "latest" : selector.tag)) {
      return entry;
    }
  }
  const bool any = selector.tag.empty() && !selector.digest;
  if (any && index.manifests.size() == 1) return index.manifests.front();
  throw base::Error(base::ErrorKind::not_found, "read", name,
                    (any ? "which image is meant? " : "no such image; ") +
                        ("the layout holds: " + names_of(index)));
}

LayoutSource::LayoutSource(std::shared_ptr<LayoutFiles> files, LayoutSelector selector,
                           std::string name)
    : files_(std::move(files)), selector_(std::move(selector)), name_(std::move(name)) {}

ResolvedImage LayoutSource::resolve(const oci::Platform& platform, std::stop_token) {
  const std::optional<std::string> text = files_->read_document("index.json");
  if (!text) {
    throw base::Error(base::ErrorKind::not_found, "read", name_,
                      "there is no index.json: this is no OCI image layout");
  }
  const oci::Index index = oci::parse_index(*text, "");
  const auto read = [&](const oci::Descriptor& document) {
    std::optional<std::string> bytes =
        files_->read_document("blobs/sha256/" + document.digest.hex());
    if (bytes) return *std::move(bytes);
    throw base::Error(base::ErrorKind::not_found, "read", name_,
                      "blob " + document.digest.to_string() + " is not there");
  };
  // A digest may also name a manifest that index.json does not list itself.
  std::optional<oci::Descriptor> top;
  if (selector_.digest && files_->open("blobs/sha256/" + selector_.digest->hex())) {
    const std::string bytes = read({"", *selector_.digest, 0});
    top = oci::Descriptor{"", *selector_.digest, bytes.size()};
  } else {
    top = select_image(index, selector_, name_);
  }
  std::string bytes = read(*top);
  if (oci::Digest::of_bytes(bytes) != top->digest) {
    throw base::Error(base::ErrorKind::corrupt, "read", name_,
                      "blob " + top->digest.to_string() + " has another digest");
  }
  return resolve_documents(name_, {*std::move(top), std::move(bytes)}, platform, read,
                           std::make_shared<LayoutBlobs>(files_, name_));
}

}  // namespace cooper::source
