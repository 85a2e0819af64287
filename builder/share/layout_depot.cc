#include "builder/share/layout_depot.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <set>

#include "base/error.h"
#include "base/file_at.h"
#include "base/limits.h"
#include "builder/export/layout_documents.h"
#include "builder/export/layout_writer.h"
#include "oci/media_type.h"

namespace cooper::share {
namespace {

using base::Error;
using base::ErrorKind;

constexpr const char* kRefName = "org.opencontainers.image.ref.name";

std::string ref_name(const oci::Descriptor& entry) {
  const auto found = entry.annotations.find(kRefName);
  return found == entry.annotations.end() ? std::string() : found->second;
}

class LayoutBlobs final : public store::BlobProvider {
 public:
  explicit LayoutBlobs(std::string path) : path_(std::move(path)) {}
  void fetch(const oci::Descriptor& blob, base::Sink& sink, std::stop_token stop) override {
    auto file = source::open_layout_directory(path_)->open(export_::blob_path(blob.digest));
    if (!file)
      throw Error(ErrorKind::not_found, "read cache", path_,
                  blob.digest.to_string() + " is not there");
    if (file->size != blob.size)
      throw Error(ErrorKind::corrupt, "read cache", path_,
                  blob.digest.to_string() + " has another size");
    std::vector<std::byte> buffer(256 * 1024);
    while (const std::size_t count = file->bytes->read(buffer)) {
      if (stop.stop_requested())
        throw Error(ErrorKind::cancelled, "read cache", path_, "cancelled");
      sink.write({buffer.data(), count});
    }
  }
  [[nodiscard]] std::string name() const override { return path_; }

 private:
  std::string path_;
};

// Everything an entry of an index needs; false when that cannot be told.
bool add_used(source::LayoutFiles& files, const oci::Descriptor& entry, std::set<std::string>& used,
              std::size_t depth) {
  used.insert(entry.digest.hex());
  const auto bytes = files.read_document(export_::blob_path(entry.digest));
  if (!bytes || depth > base::limit_of(base::Limit::index_depth)) return false;
  const auto document = oci::parse_manifest_or_index(*bytes, "");
  if (const auto* index = std::get_if<oci::Index>(&document)) {
    for (const oci::Descriptor& child : index->manifests) {
      if (!add_used(files, child, used, depth + 1)) return false;
    }
    return true;
  }
  const auto& manifest = std::get<oci::Manifest>(document);
  used.insert(manifest.config.digest.hex());
  for (const oci::Descriptor& layer : manifest.layers) used.insert(layer.digest.hex());
  return true;
}

}  // namespace

class LayoutDepot::Locked final : public Exclusion {
 public:
  explicit Locked(LayoutDepot& depot) : depot_(depot), writer_(depot.path_) {
    depot_.writer_ = &writer_;
  }
  ~Locked() override { depot_.writer_ = nullptr; }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  LayoutDepot& depot_;
  export_::LayoutWriter writer_;
};

LayoutDepot::LayoutDepot(std::string path, std::string name)
    : CacheDepot(std::move(name)), path_(std::move(path)) {}

std::unique_ptr<Exclusion> LayoutDepot::exclude_others(std::stop_token) {
  return std::make_unique<Locked>(*this);
}

std::optional<oci::Index> LayoutDepot::index() const {
  struct stat status = {};
  if (::stat(path_.c_str(), &status) != 0 && errno == ENOENT) return std::nullopt;
  const auto text = source::open_layout_directory(path_)->read_document("index.json");
  if (!text) return std::nullopt;
  return oci::parse_index(*text, "");
}

std::optional<CacheDocument> LayoutDepot::find(const std::string& name, std::stop_token stop) {
  const auto listed = index();
  if (!listed) return std::nullopt;
  for (const oci::Descriptor& entry : listed->manifests) {
    if (ref_name(entry) == name) return read_manifest(entry, std::move(stop));
  }
  return std::nullopt;
}

std::vector<std::string> LayoutDepot::names(std::stop_token) {
  std::vector<std::string> names;
  const auto listed = index();
  if (!listed) return names;
  for (const oci::Descriptor& entry : listed->manifests) names.push_back(ref_name(entry));
  return names;
}

bool LayoutDepot::has_blob(const oci::Descriptor& blob, std::stop_token) {
  const auto file = source::open_layout_directory(path_)->open(export_::blob_path(blob.digest));
  return file && file->size == blob.size;
}

std::shared_ptr<store::BlobProvider> LayoutDepot::blobs() {
  return std::make_shared<LayoutBlobs>(path_);
}

void LayoutDepot::publish(const std::string& name, const std::vector<cache::SharedPage>& pages,
                          const std::vector<CacheBlob>& blobs, std::stop_token stop) {
  for (const CacheBlob& blob : blobs) {
    if (writer_->has(blob.descriptor)) continue;
    blob.fetch(stop);
    writer_->add(blob.descriptor, *blob.open(0));
  }
  const auto add = [&](const std::string& bytes) {
    base::StringSource source(bytes);
    writer_->add({"", oci::Digest::of_bytes(bytes), bytes.size()}, source);
  };
  for (const cache::SharedPage& page : pages) {
    add(page.config_bytes);
    add(page.manifest_bytes);
  }
  const CacheDocument top = top_document(pages);
  if (pages.size() > 1) add(top.bytes);
  oci::Index listed = index().value_or(oci::Index{});
  listed.media_type = oci::media_type::kIndex;
  std::erase_if(listed.manifests,
                [&](const oci::Descriptor& entry) { return ref_name(entry) == name; });
  oci::Descriptor entry{top.media_type, oci::Digest::of_bytes(top.bytes), top.bytes.size()};
  entry.annotations[kRefName] = name;
  listed.manifests.push_back(std::move(entry));
  writer_->write_index(oci::to_json(listed));
  remove_unused_blobs(listed);
}

void LayoutDepot::remove_unused_blobs(const oci::Index& listed) {
  std::set<std::string> used;
  const auto files = source::open_layout_directory(path_);
  try {
    for (const oci::Descriptor& entry : listed.manifests) {
      if (!add_used(*files, entry, used, 0)) return;
    }
  } catch (const Error&) {
    return;  // an image of somebody else: what it needs is not known
  }
  for (const std::string& file : base::list_directory(writer_->blobs(), path_)) {
    if (!used.contains(file)) ::unlinkat(writer_->blobs(), file.c_str(), 0);
  }
}

}  // namespace cooper::share
