#include "builder/upkeep/check.h"

#include <algorithm>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/upkeep/check_item.h"
#include "oci/manifest.h"
#include "oci/media_type.h"

namespace cooper::upkeep {
namespace {

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
  void check_item(const DiskItem& item) {
    for (std::string& cause : what_is_wrong(store_, item))
      findings_.push_back({item.path(), std::move(cause), ""});
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
      const auto text = store_.read_document(document.digest);
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
