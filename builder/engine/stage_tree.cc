#include "builder/engine/stage_tree.h"

#include "base/error.h"
#include "base/file_at.h"
#include "base/source.h"

namespace cooper::engine {
namespace {

// A hard link is seen as the file it names, under its own path.
layer::Entry entry_at(const std::string& path, const layer::Found& found) {
  layer::Entry entry = *found.entry;
  entry.path = path;
  return entry;
}

}  // namespace

StageTree::StageTree(std::string name, std::vector<oci::DiffId> layers, LayerPool& pool,
                     snapshot::Snapshots& snapshots, std::stop_token stop)
    : name_(std::move(name)),
      layers_(std::move(layers)),
      pool_(pool),
      snapshots_(snapshots),
      stop_(stop),
      stack_(pool.stack(layers_, stop)) {}

std::optional<layer::Entry> StageTree::find(const std::string& path) {
  const auto found = stack_.find(path);
  if (!found) return std::nullopt;
  return entry_at(path, *found);
}

std::string StageTree::resolve(const std::string& path, bool follow_last) {
  return stack_.resolve(path, follow_last);
}

std::vector<std::string> StageTree::list(const std::string& directory) {
  return stack_.list(directory);
}

void StageTree::walk(const std::string& directory,
                     const std::function<bool(const layer::Entry&)>& visit) {
  stack_.walk(directory, [&](const std::string& path, const layer::Found& found) {
    return visit(entry_at(path, found));
  });
}

base::Sha256Bytes StageTree::digest(const layer::Entry& file) {
  if (!file.content)
    throw base::Error(base::ErrorKind::corrupt, "read digest of", file.path,
                      "not in its layer's index");
  return *file.content;
}

base::Fd StageTree::open(const layer::Entry& file) {
  const auto found = stack_.find(file.path);
  if (!found) throw base::Error(base::ErrorKind::not_found, "open", file.path, "not in " + name_);
  const oci::DiffId& layer = layers_.at(found->layer);
  const auto blob = [&](const oci::DiffId& id) { return pool_.blob(id, stop_); };
  return snapshots_.layers().open_file(layer, found->entry->path, blob, stop_);
}

std::string StageTree::inode(const layer::Entry& file) {
  const auto found = stack_.find(file.path);
  if (!found) return {};
  return std::to_string(found->layer) + ":" + found->entry->path;
}

std::optional<std::string> read_small_file(layer::FileTree& tree, const std::string& path,
                                           std::uint64_t limit) {
  const auto entry = tree.find(tree.resolve(path, true));
  if (!entry) return std::nullopt;
  if (entry->type != layer::EntryType::file) {
    throw base::Error(base::ErrorKind::failure, "read", path,
                      "not a regular file in " + tree.name());
  }
  base::FdSource source(tree.open(*entry), path);
  return base::read_all(source, limit, path);
}

}  // namespace cooper::engine
