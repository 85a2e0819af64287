#include "builder/source/store_source.h"

#include "base/error.h"
#include "builder/source/resolve_documents.h"

namespace cooper::source {
namespace {

class StoreBlobs final : public store::BlobProvider {
 public:
  explicit StoreBlobs(const store::Store& store) : store_(store) {}
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token) override {
    const std::unique_ptr<base::Source> source = store_.open_blob(blob.digest);
    if (source == nullptr) {
      throw base::Error(base::ErrorKind::not_found, "read blob of", store_.path(),
                        blob.digest.to_string() + " is not there");
    }
    base::copy(*source, sink);
  }
  [[nodiscard]] std::string name() const override { return "store " + store_.path(); }

 private:
  const store::Store& store_;
};

}  // namespace

ResolvedImage StoreSource::resolve(const oci::Platform& platform, std::stop_token) {
  const std::optional<oci::Descriptor> top = store_.find_image(reference_);
  if (!top)
    throw base::Error(base::ErrorKind::not_found, "read image", reference_,
                      "it is not in the store " + store_.path());
  const auto read = [&](const oci::Descriptor& document) {
    std::optional<std::string> bytes = store_.read_document(document.digest);
    if (bytes) return *std::move(bytes);
    throw base::Error(base::ErrorKind::not_found, "read image", reference_,
                      "blob " + document.digest.to_string() + " is not in the store");
  };
  return resolve_documents(reference_, {*top, read(*top)}, platform, read,
                           std::make_shared<StoreBlobs>(store_));
}

}  // namespace cooper::source
