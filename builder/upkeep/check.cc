#include "builder/upkeep/check.h"

#include <sys/stat.h>

#include <algorithm>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/source.h"
#include "builder/cache/build_record.h"
#include "builder/cache/key_parts_file.h"
#include "builder/cache/step_record.h"
#include "builder/context/stat_index_file.h"
#include "builder/layer/layer_writer.h"
#include "builder/store/checked_text.h"
#include "builder/upkeep/check_snapshot.h"
#include "builder/upkeep/disk_use.h"
#include "oci/manifest.h"
#include "oci/media_type.h"

namespace cooper::upkeep {
namespace {

bool is_hex_name(const std::string& name) {
  return name.size() == 64 && name.find_first_not_of("0123456789abcdef") == std::string::npos;
}

class Checker {
 public:
  Checker(const store::Store& store, const std::function<bool()>& stop)
      : store_(store), stop_(stop) {}

  std::vector<Finding> run() {
    const DiskUse use = measure(store_);
    for (const DiskItem& item : use.items) {
      if (stop_ && stop_()) throw base::Error(base::ErrorKind::cancelled, "check", "", "cancelled");
      check_item(item);
    }
    check_images();
    return std::move(findings_);
  }

 private:
  void found(const DiskItem& item, std::string cause) {
    findings_.push_back({item.path(), std::move(cause), ""});
  }

  void check_item(const DiskItem& item) {
    try {
      switch (item.place) {
        case Place::blob: return check_blob(item);
        case Place::record: return check_record(item);
        case Place::snapshot:
          for (std::string& cause : check_snapshot(store_, item)) found(item, std::move(cause));
          return;
        case Place::quarantine: return found(item, "it was set aside as damaged");
        default: return;
      }
    } catch (const base::Error& error) {
      found(item, error.what());
    }
  }

  // The file, unless it is something else.
  std::optional<base::Fd> open(const DiskItem& item) {
    auto file = base::try_open_at(store_.root_fd(), item.path(), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!file) {
      if (base::try_stat_at(store_.root_fd(), item.path())) found(item, "it is no regular file");
      return std::nullopt;
    }
    if (S_ISREG(base::stat_fd(file->get(), item.path()).st_mode)) return std::move(*file);
    found(item, "it is no regular file");
    return std::nullopt;
  }

  void check_blob(const DiskItem& item) {
    if (!is_hex_name(item.name)) return found(item, "its name is no digest");
    auto file = open(item);
    if (!file) return;
    base::FdSource source(std::move(*file), item.path());
    base::Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 20);
    for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer))
      hash.update(std::span<const std::byte>(buffer).first(count));
    const std::string hex = base::to_hex(hash.finish());
    if (hex != item.name) found(item, "its bytes have the digest sha256:" + hex);
  }

  void check_record(const DiskItem& item) {
    auto file = open(item);
    if (!file) return;
    base::FdSource source(std::move(*file), item.path());
    constexpr std::uint64_t kMost = std::uint64_t{1} << 30;
    std::string text = base::read_all(source, kMost, item.path());
    if (!is_sound(item, std::move(text))) found(item, "it does not read back");
  }

  [[nodiscard]] bool is_sound(const DiskItem& item, std::string text) const {
    if (item.folder == "steps") return cache::try_parse_step_record(text, {item.name}).has_value();
    if (item.folder == "step-parts")
      return cache::try_parse_key_parts(text, {item.name}).has_value();
    if (item.folder == "builds") return cache::try_parse_build_record(text, item.name).has_value();
    if (item.folder == "stat-index")
      return context::StatIndexFile::try_parse(std::move(text)).has_value();
    const auto diff_id = oci::DiffId::try_parse("sha256:" + item.name);
    if (item.folder == "layers") return diff_id && layer::find_layer(store_, *diff_id).has_value();
    if (item.folder == "index") return diff_id && layer::find_layer_index(store_, *diff_id);
    if (item.folder == "lines") {
      const auto body = store::checked_body_or_old(text, "sha256:");
      return body && oci::DiffId::try_parse(*body).has_value();
    }
    // A directory's name is the hash of the mount's id, and a number if it is one of several.
    if (item.folder == "mounts") return item.name.starts_with(base::sha256_hex(text));
    return true;
  }

  void check_images() {
    std::vector<store::Store::TaggedImage> images;
    try {
      images = store_.list_images();
    } catch (const base::Error& error) {
      findings_.push_back({"index.json", error.what(), ""});
      return;
    }
    for (const auto& image : images) check_document(image.reference, image.manifest, 0);
  }

  void check_document(const std::string& reference, const oci::Descriptor& document, int depth) {
    constexpr int kMaxDepth = 4;
    const auto missing = [&](const oci::Descriptor& blob) {
      const bool damaged = std::ranges::any_of(findings_, [&](const Finding& one) {
        return one.path == "blobs/sha256/" + blob.digest.hex();
      });
      if (!damaged && store_.has_blob(blob.digest)) return false;
      findings_.push_back({"index.json",
                           "image " + reference + " needs " + blob.digest.to_string() +
                               ", which is " + (damaged ? "damaged" : "not there"),
                           reference});
      return true;
    };
    if (depth > kMaxDepth || missing(document)) return;
    try {
      const auto text = store_.read_blob(document.digest, oci::kMaxDocumentBytes);
      if (!text) return;
      if (oci::media_type::is_index(document.media_type)) {
        for (const auto& child : oci::parse_index(*text, document.media_type).manifests)
          check_document(reference, child, depth + 1);
        return;
      }
      const oci::Manifest manifest = oci::parse_manifest(*text, document.media_type);
      if (missing(manifest.config)) return;
      for (const oci::Descriptor& layer : manifest.layers) {
        if (missing(layer)) return;
      }
    } catch (const base::Error& error) {
      findings_.push_back({"index.json", error.what(), reference});
    }
  }

  const store::Store& store_;
  const std::function<bool()>& stop_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> check(const store::Store& store, const std::function<bool()>& stop) {
  return Checker(store, stop).run();
}

void repair(const store::Store& store, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (!finding.reference.empty()) {
      static_cast<void>(store.untag_image(finding.reference));
    } else if (finding.path == "index.json") {
      base::write_file_at(
          store.root_fd(), "index.json",
          R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]})");
    } else {
      const std::size_t slash = finding.path.rfind('/');
      const auto parent =
          base::try_open_at(store.root_fd(), finding.path.substr(0, slash), O_RDONLY | O_DIRECTORY);
      if (parent) base::remove_tree_at(parent->get(), finding.path.substr(slash + 1));
    }
  }
}

}  // namespace cooper::upkeep
