#include "images/layout_destination.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.h"
#include "base/file_at.h"
#include "base/random_name.h"
#include "base/within_limit.h"
#include "builder/export/layout_documents.h"
#include "builder/export/output_file.h"
#include "builder/export/tar_output.h"
#include "images/spool.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "oci/reference.h"

namespace cooper::images {
namespace {

constexpr const char* kImageName = "io.containerd.image.name";
constexpr const char* kRefName = "org.opencontainers.image.ref.name";

std::string merged_index(const std::optional<std::string>& old, oci::Descriptor top,
                         const std::string& tag) {
  oci::Index index;
  if (old) index = oci::parse_index(*old, "");
  index.media_type = oci::media_type::kIndex;
  top.annotations.clear();
  if (!tag.empty()) top.annotations[kRefName] = tag;
  std::erase_if(index.manifests, [&](const oci::Descriptor& other) {
    const auto name = other.annotations.find(kRefName);
    if (name == other.annotations.end()) return tag.empty() && other.digest == top.digest;
    return !tag.empty() && name->second == tag;
  });
  index.manifests.push_back(std::move(top));
  return oci::to_json(index);
}

bool has_file(int blobs, const oci::Descriptor& blob) {
  const auto status = base::try_stat_at(blobs, blob.digest.hex());
  return status && S_ISREG(status->st_mode) &&
         static_cast<std::uint64_t>(status->st_size) == blob.size;
}

// Hashes what passes.
class HashingSink final : public base::Sink {
 public:
  explicit HashingSink(base::Sink& inner) : inner_(inner) {}
  void write(std::span<const std::byte> bytes) override {
    size_ += bytes.size();
    hash_.update(bytes);
    inner_.write(bytes);
  }
  void check(const oci::Descriptor& blob) {
    if (size_ == blob.size && oci::Digest::from_sha256(hash_.finish()) == blob.digest) return;
    throw base::Error(base::ErrorKind::corrupt, "copy blob", blob.digest.to_string(),
                      "its bytes do not have that digest and size");
  }

 private:
  base::Sink& inner_;
  base::Sha256 hash_;
  std::uint64_t size_ = 0;
};

void add_blob(int blobs, DocumentSource& source, const oci::Descriptor& blob,
              const std::stop_token& stop) {
  const std::string temporary = "." + base::random_name();
  const std::string name = blob.digest.to_string();
  base::FdSink file(base::open_at(blobs, temporary, O_WRONLY | O_CREAT | O_EXCL, 0644), name);
  try {
    HashingSink checked(file);
    source.fetch(blob, checked, stop);
    checked.check(blob);
    if (fsync(file.fd().get()) != 0) base::throw_errno("flush", name);
    if (renameat(blobs, temporary.c_str(), blobs, blob.digest.hex().c_str()) != 0)
      base::throw_errno("rename to", name);
  } catch (...) {
    unlinkat(blobs, temporary.c_str(), 0);
    throw;
  }
}

// What stands in an archive beside the documents and blobs: name and bytes.
using ArchiveFiles = std::vector<std::pair<std::string, std::string>>;

LayoutCopy write_archive(const ImageGraph& graph, DocumentSource& source, const store::Store& store,
                         const std::string& path, const ArchiveFiles& files, std::stop_token stop) {
  const Spool spool(store, source);
  export_::OutputFile file(path);
  export_::TarOutput tar(file);
  LayoutCopy report;
  for (const auto& [name, bytes] : files) tar.add_file(name, bytes);
  tar.add_directory("blobs");
  tar.add_directory("blobs/sha256");
  for (const Document& document : graph.documents)
    tar.add_file(export_::blob_path(document.descriptor.digest), document.bytes);
  for (const oci::Descriptor& blob : graph.blobs) {
    spool.fetch(blob, stop);
    tar.add_file(export_::blob_path(blob.digest), *spool.open(blob), blob.size);
    spool.drop(blob);
    report.written_bytes += blob.size;
  }
  tar.finish();
  file.finish();
  return report;
}

// The manifest of the one image, made of what `docker load` understands.
oci::Manifest docker_loadable(const ImageGraph& graph, const std::string& path) {
  const auto refuse = [&path](const std::string& cause) {
    return base::Error(base::ErrorKind::unsupported, "copy to", "docker-archive:" + path, cause);
  };
  const auto document =
      oci::parse_manifest_or_index(graph.top().bytes, graph.top().descriptor.media_type);
  const auto* manifest = std::get_if<oci::Manifest>(&document);
  if (manifest == nullptr) {
    throw refuse("such an archive holds the image of one platform, and this is an index")
        .with_hint("choose one of its images with --platform, or write an oci-archive:");
  }
  const std::string& config = manifest->config.media_type;
  if (config != oci::media_type::kConfig && config != oci::media_type::kDockerConfig)
    throw refuse("it is no image: its configuration is of type '" + config + "'");
  for (const oci::Descriptor& layer : manifest->layers) {
    if (!oci::media_type::is_layer(layer.media_type))
      throw refuse("the type of a layer, '" + layer.media_type + "', is unknown there");
  }
  return *manifest;
}

}  // namespace

LayoutCopy write_layout(const ImageGraph& graph, DocumentSource& source, const std::string& path,
                        const std::string& tag, std::stop_token stop) {
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) base::throw_errno("make directory", path);
  const base::Fd root = base::open_host_directory(path);
  if (flock(root.get(), LOCK_EX) != 0) base::throw_errno("lock", path);
  if (!base::try_stat_at(root.get(), "oci-layout") &&
      !base::list_directory(root.get(), path).empty()) {
    throw base::Error(base::ErrorKind::usage, "write OCI layout", path,
                      "the directory is neither empty nor an OCI layout");
  }
  const base::Fd blobs =
      base::open_at(base::make_directories_in_root(root.get(), "blobs/sha256").get(), ".",
                    O_RDONLY | O_DIRECTORY);
  LayoutCopy report;
  for (const oci::Descriptor& blob : graph.blobs) {
    if (has_file(blobs.get(), blob)) {
      report.present_bytes += blob.size;
      continue;
    }
    add_blob(blobs.get(), source, blob, stop);
    report.written_bytes += blob.size;
  }
  for (const Document& document : graph.documents)
    base::write_file_at(blobs.get(), document.descriptor.digest.hex(), document.bytes);
  if (fsync(blobs.get()) != 0) base::throw_errno("flush", path);
  base::write_file_at(root.get(), "oci-layout", export_::kLayoutMarker);
  const auto old = base::within(base::Limit::document_bytes, [&](std::uint64_t most) {
    return base::try_read_file_at(root.get(), "index.json", most);
  });
  base::write_file_at(root.get(), "index.json", merged_index(old, graph.top().descriptor, tag));
  return report;
}

LayoutCopy write_layout_archive(const ImageGraph& graph, DocumentSource& source,
                                const store::Store& store, const std::string& path,
                                const std::string& tag, std::stop_token stop) {
  return write_archive(graph, source, store, path,
                       {{"oci-layout", export_::kLayoutMarker},
                        {"index.json", merged_index(std::nullopt, graph.top().descriptor, tag)}},
                       std::move(stop));
}

LayoutCopy write_docker_archive(const ImageGraph& graph, DocumentSource& source,
                                const store::Store& store, const std::string& path,
                                const std::string& reference, std::stop_token stop) {
  const oci::Manifest manifest = docker_loadable(graph, path);
  std::vector<std::string> references;
  oci::Descriptor top = graph.top().descriptor;
  top.annotations.clear();
  if (!reference.empty()) {
    const oci::Reference parsed = oci::parse_reference(reference);
    if (parsed.digest) {
      throw base::Error(base::ErrorKind::usage, "copy to", path,
                        "a digest cannot be chosen; name a tag");
    }
    references.push_back(oci::to_string(parsed));
    top.annotations = {{kImageName, references.front()}, {kRefName, parsed.tag}};
  }
  return write_archive(
      graph, source, store, path,
      {{"oci-layout", export_::kLayoutMarker},
       {"manifest.json", export_::docker_manifest(manifest, references)},
       {"index.json", oci::to_json(oci::Index{std::string(oci::media_type::kIndex), {top}})}},
      std::move(stop));
}

}  // namespace cooper::images
