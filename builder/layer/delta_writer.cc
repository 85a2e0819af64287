#include "builder/layer/delta_writer.h"

#include <vector>

#include "base/sha256.h"
#include "builder/layer/tree_writer.h"

namespace cooper::layer {
namespace {

bool write_file(TreeWriter& writer, const Entry& entry, const ContentOf& content) {
  const std::unique_ptr<base::Source> source = content(entry.path);
  if (!source) return false;
  base::Sha256 hash;
  std::uint64_t size = 0;
  std::vector<std::byte> buffer(std::size_t{64} << 10);
  writer.create_file(entry);
  for (std::size_t count = source->read(buffer); count > 0; count = source->read(buffer)) {
    const auto bytes = std::span(buffer).first(count);
    size += count;
    if (size > entry.size) return false;
    hash.update(bytes);
    writer.write_content(bytes);
  }
  writer.close_file(entry);
  return size == entry.size && hash.finish() == entry.content;
}

bool write_entry(TreeWriter& writer, const Entry& entry, const ContentOf& content) {
  switch (entry.type) {
    case EntryType::file: return write_file(writer, entry, content);
    case EntryType::directory: writer.make_directory(entry); return true;
    case EntryType::symlink: writer.make_symlink(entry); return true;
    default: writer.make_special(entry); return true;
  }
}

}  // namespace

bool write_delta(const LayerIndex& after, const LayerDelta& delta, const ContentOf& content,
                 int directory, TreeForm form) {
  Oddities oddities;
  TreeWriter writer(directory, form, oddities);
  LayerTree::Nodes nodes;
  if (const Entry* root = after.find("")) nodes.emplace("", LayerTree::Node{*root, false});
  for (const std::string& path : delta.written) {
    const Entry* entry = after.find(path);
    if (entry == nullptr || !write_entry(writer, *entry, content)) return false;
    nodes.emplace(path, LayerTree::Node{*entry, false});
  }
  for (const std::string& path : delta.removed) {
    Entry whiteout;
    whiteout.path = path;
    whiteout.type = EntryType::whiteout;
    writer.hide(whiteout, nodes);
  }
  // Attributes that this place cannot keep are told of when the blob is unpacked.
  if (!oddities.empty()) return false;
  Entry implied_root;
  implied_root.type = EntryType::directory;
  implied_root.mode = 0755;
  writer.finish(
      nodes, [](const std::string&) { return true; },
      [&](const std::string&) { return implied_root; });
  return oddities.empty();
}

}  // namespace cooper::layer
