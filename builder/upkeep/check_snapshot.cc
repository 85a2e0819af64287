#include "builder/upkeep/check_snapshot.h"

#include <sys/stat.h>

#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <utility>

#include "base/error.h"
#include "base/file_at.h"
#include "base/sha256.h"
#include "base/source.h"
#include "builder/layer/layer_stack.h"
#include "builder/layer/layer_writer.h"
#include "oci/digest.h"

namespace cooper::upkeep {
namespace {

constexpr std::size_t kMost = 5;  // differences told of one directory
constexpr std::size_t kMaxList = std::size_t{1} << 20;

// What holds the bytes of a path, hard links resolved; nullptr: the path is not there.
using Find = std::function<const layer::Entry*(const std::string& path)>;

class SnapshotCheck {
 public:
  // `over_others`: the directory lies over others and hides what they have.
  SnapshotCheck(Find find, const base::Fd& files, bool over_others)
      : find_(std::move(find)), files_(files), over_others_(over_others) {}

  // Everything on the disk must be known.
  void compare_disk(int directory, const std::string& path) {
    for (const std::string& name : base::list_directory(directory, path)) {
      if (is_enough()) return;
      const std::string below = path.empty() ? name : path + "/" + name;
      const auto status = base::try_stat_at(directory, name);
      if (!status) continue;
      if (S_ISDIR(status->st_mode)) {
        if (const auto child = base::try_open_at(directory, name, O_RDONLY | O_DIRECTORY))
          compare_disk(child->get(), below);
        continue;
      }
      const layer::Entry* entry = find_(below);
      if (entry == nullptr) {
        if (!over_others_ || !is_whiteout(*status))
          found_.push_back(base::printable(below) + " is not of the layer");
      } else if (S_ISREG(status->st_mode) && entry->type == layer::EntryType::file) {
        compare_file(directory, name, below, *entry, *status);
      }
    }
  }

  // And what is known on the disk.
  void expect(const std::string& path, const layer::Entry& entry) {
    if (is_enough() || entry.type != layer::EntryType::file) return;
    if (!base::try_open_in_root(files_.get(), path, O_PATH | O_NOFOLLOW))
      found_.push_back(base::printable(path) + " is missing");
  }

  std::vector<std::string> take() { return std::move(found_); }

 private:
  [[nodiscard]] bool is_enough() const { return found_.size() >= kMost; }

  // Of a directory that lies over another one; the user form is an empty file with an attribute.
  [[nodiscard]] static bool is_whiteout(const struct stat& status) {
    return S_ISCHR(status.st_mode) || (S_ISREG(status.st_mode) && status.st_size == 0);
  }

  void compare_file(int directory, const std::string& name, const std::string& path,
                    const layer::Entry& file, const struct stat& status) {
    if (static_cast<std::uint64_t>(status.st_size) != file.size) {
      found_.push_back(base::printable(path) + " has another size");
      return;
    }
    if (!file.content) return;
    base::FdSource source(base::open_at(directory, name, O_RDONLY | O_NONBLOCK | O_NOCTTY), name);
    base::Sha256 hash;
    std::vector<std::byte> buffer(std::size_t{1} << 18);
    for (std::size_t count = source.read(buffer); count > 0; count = source.read(buffer))
      hash.update(std::span<const std::byte>(buffer).first(count));
    if (hash.finish() != *file.content)
      found_.push_back(base::printable(path) + " has other bytes");
  }

  Find find_;
  const base::Fd& files_;
  bool over_others_;
  std::vector<std::string> found_;
};

std::vector<std::string> check_layer(const layer::LayerIndex& index, const base::Fd& files,
                                     bool is_whole) {
  SnapshotCheck check(
      [&index](const std::string& path) {
        const layer::Entry* entry = index.find(path);
        if (entry != nullptr && entry->type == layer::EntryType::hardlink) {
          const layer::Entry* target = index.find(entry->link);
          return target != nullptr ? target : entry;
        }
        return entry;
      },
      files, true);
  check.compare_disk(files.get(), "");
  if (is_whole) {
    for (const layer::Entry& entry : index.entries()) check.expect(entry.path, entry);
  }
  return check.take();
}

// The layers of a whole stack's directory, as it names them itself, lowest first; nullopt: they
// are not the ones that its own name stands for.
std::optional<std::vector<oci::DiffId>> layers_of_tree(const store::Store& store,
                                                       const DiskItem& item) {
  const auto text = base::try_read_file_at(store.root_fd(), item.path() + "/layers", kMaxList);
  if (!text) return std::nullopt;
  std::vector<oci::DiffId> layers;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    const auto layer = oci::DiffId::try_parse(line);
    if (!layer) return std::nullopt;
    layers.push_back(*layer);
  }
  const auto chain = oci::chain_id(layers);
  if (!chain || chain->hex() + ".tree" != item.name) return std::nullopt;
  return layers;
}

std::vector<std::string> check_tree(const store::Store& store, const DiskItem& item,
                                    const base::Fd& files) {
  const auto layers = layers_of_tree(store, item);
  if (!layers) return {"it does not name its layers"};
  std::vector<std::shared_ptr<const layer::LayerIndex>> indexes;
  for (const oci::DiffId& layer : *layers) {
    indexes.push_back(layer::find_layer_index(store, layer));
    if (!indexes.back()) return {};  // nothing is known of it
  }
  const layer::LayerStack stack(std::move(indexes));
  SnapshotCheck check(
      [&stack](const std::string& path) {
        const auto found = stack.find(path);
        return found ? found->entry : nullptr;
      },
      files, false);
  check.compare_disk(files.get(), "");
  stack.walk("", [&check](const std::string& path, const layer::Found& found) {
    check.expect(path, *found.entry);
    return true;
  });
  return check.take();
}

}  // namespace

std::vector<std::string> check_snapshot(const store::Store& store, const DiskItem& item) {
  const std::size_t dot = item.name.find('.');
  const auto diff_id = oci::DiffId::try_parse("sha256:" + item.name.substr(0, dot));
  if (!diff_id) return {"its name is no layer's"};
  if (item.name.ends_with(".on")) return {};  // a layer that needs others, on one stack of them
  const auto files =
      base::try_open_at(store.root_fd(), item.path() + "/fs", O_RDONLY | O_DIRECTORY);
  if (!files) return {"it is not whole"};
  if (item.name.ends_with(".tree")) return check_tree(store, item, *files);
  const auto index = layer::find_layer_index(store, *diff_id);
  if (!index) return {};
  return check_layer(*index, *files, dot == std::string::npos);
}

}  // namespace cooper::upkeep
