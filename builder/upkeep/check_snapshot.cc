#include "builder/upkeep/check_snapshot.h"

#include <sys/stat.h>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/source.h"
#include "builder/layer/layer_writer.h"

namespace cooper::upkeep {
namespace {

constexpr std::size_t kMost = 5;  // differences told of one directory

class SnapshotCheck {
 public:
  SnapshotCheck(const layer::LayerIndex& index, const base::Fd& files)
      : index_(index), files_(files) {}

  // Everything on the disk must be in the index.
  void compare_disk(int directory, const std::string& path) {
    for (const std::string& name : base::list_directory(directory, path)) {
      if (found_.size() >= kMost) return;
      const std::string below = path.empty() ? name : path + "/" + name;
      const auto status = base::try_stat_at(directory, name);
      if (!status) continue;
      if (S_ISDIR(status->st_mode)) {
        if (const auto child = base::try_open_at(directory, name, O_RDONLY | O_DIRECTORY))
          compare_disk(child->get(), below);
        continue;
      }
      const layer::Entry* entry = index_.find(below);
      if (entry == nullptr && !is_whiteout(*status)) {
        found_.push_back(base::printable(below) + " is not of the layer");
      } else if (entry != nullptr && S_ISREG(status->st_mode)) {
        compare_file(directory, name, *entry, *status);
      }
    }
  }

  // And everything in the index on the disk.
  void compare_index() {
    for (const layer::Entry& entry : index_.entries()) {
      if (found_.size() >= kMost) return;
      if (entry.type != layer::EntryType::file) continue;
      if (!base::try_open_in_root(files_.get(), entry.path, O_PATH | O_NOFOLLOW))
        found_.push_back(base::printable(entry.path) + " is missing");
    }
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  // Of a directory that lies over another one; the user form is an empty file with an attribute.
  [[nodiscard]] static bool is_whiteout(const struct stat& status) {
    return S_ISCHR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0);
  }

  void compare_file(int directory, const std::string& name, const layer::Entry& entry,
                    const struct stat& status) {
    const layer::Entry* file = &entry;
    if (entry.type == layer::EntryType::hardlink) file = index_.find(entry.link);
    if (file == nullptr || file->type != layer::EntryType::file) return;
    if (static_cast<std::uint64_t>(status.st_size) != file->size) {
      found_.push_back(base::printable(entry.path) + " has another size");
      return;
    }
    if (!file->content) return;
    base::FdSource source(base::open_at(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY), name);
    base::Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 18);
    for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer))
      hash.update(std::span<const std::byte>(buffer).first(count));
    if (hash.finish() != *file->content)
      found_.push_back(base::printable(entry.path) + " has other bytes");
  }

  const layer::LayerIndex& index_;
  const base::Fd& files_;
  std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> check_snapshot(const store::Store& store, const DiskItem& item) {
  const std::size_t dot = item.name.find('.');
  const auto diff_id = oci::DiffId::try_parse("sha256:" + item.name.substr(0, dot));
  if (!diff_id) return {"its name is no layer's"};
  if (item.name.ends_with(".on")) return {};  // named by a chain of layers
  const auto index = layer::find_layer_index(store, *diff_id);
  if (!index) return {};
  const auto files =
      base::try_open_at(store.root_fd(), item.path() + "/fs", O_RDONLY | O_DIRECTORY);
  if (!files) return {"it is not whole"};
  SnapshotCheck check(*index, *files);
  check.compare_disk(files->get(), "");
  if (dot == std::string::npos) check.compare_index();
  return check.take();
}

}  // namespace cooper::upkeep
