#include "builder/export/rootfs_export.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/export/image_blobs.h"
#include "builder/export/output_file.h"
#include "builder/layer/layer_reader.h"
#include "builder/layer/layer_stack.h"
#include "builder/layer/tree_diff.h"

namespace cooper::export_ {
namespace {

// True if a layer describes the root directory itself.
bool apply_layers(const Image& image, const ExportTools& tools, int directory,
                  const std::stop_token& stop) {
  const std::vector<oci::Descriptor>& layers = image.parsed.layers;
  std::vector<std::shared_ptr<const layer::LayerIndex>> below;
  bool has_root = false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    require_blob(image, tools.store, layers[i]);
    const layer::LayerStack lower(below);
    layer::ReadOptions options;
    options.tell = tools.tell;
    options.find_lower = [&](const std::string& path) -> std::optional<layer::Entry> {
      const auto found = lower.find(path);
      if (!found) return std::nullopt;
      return *found->entry;
    };
    options.open_lower = [&](const std::string& path) {
      constexpr int kReadOnly = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
      return base::open_in_root(directory, lower.find(path)->entry->path, kReadOnly);
    };
    layer::ReadLayer read = layer::read_layer(tools.store, layers[i], image.config.diff_ids.at(i),
                                              directory, layer::TreeForm::plain, stop, options);
    has_root = has_root || read.index.find("") != nullptr;
    below.push_back(std::make_shared<const layer::LayerIndex>(std::move(read.index)));
  }
  return has_root;
}

// A root that no layer describes gets no time of ours: the same image gives the same archive.
void forget_time(int directory, const std::string& name) {
  const struct timespec epoch[2] = {{0, 0}, {0, 0}};
  if (utimensat(directory, name.c_str(), epoch, 0) != 0) base::throw_errno("set the time of", name);
}

bool is_split(const Image& image, const Destination& destination) {
  return destination.platform_split.value_or(!image.children.empty());
}

// The files of all platforms, each in its directory where they are split. True if a layer
// describes the root directory.
bool apply_image(const Image& image, bool split, const ExportTools& tools, int directory,
                 const std::stop_token& stop) {
  std::vector<const Image*> images;
  for (const Image& child : image.children) images.push_back(&child);
  if (images.empty()) images.push_back(&image);
  bool has_root = false;
  for (const Image* one : images) {
    if (!split) {
      has_root = apply_layers(*one, tools, directory, stop) || has_root;
      continue;
    }
    const std::string name = platform_directory(one->config.platform);
    const base::Fd inner = base::make_directories_in_root(directory, name);
    if (!apply_layers(*one, tools, inner.get(), stop)) forget_time(directory, name);
  }
  return has_root;
}

// All layers as one, without whiteouts: an uncompressed blob of the store (collected like any
// unused blob later).
layer::WrittenLayer squash(const Image& image, bool split, const ExportTools& tools,
                           const std::stop_token& stop) {
  const store::TempDirectory directory = tools.store.new_temp_directory();
  const base::Fd root = base::make_directories_in_root(directory.fd(), "rootfs");
  if (!apply_image(image, split, tools, root.get(), stop)) forget_time(directory.fd(), "rootfs");
  layer::DiffOptions diff;
  diff.form = layer::TreeForm::plain;
  layer::LayerOptions options;
  options.compression = layer::Compression::none;
  return layer::write_tree_diff(tools.store, root.get(), layer::LayerStack{}, diff, options);
}

}  // namespace

void write_rootfs_tar(const Image& image, const Destination& destination, const ExportTools& tools,
                      std::stop_token stop) {
  const layer::WrittenLayer squashed = squash(image, is_split(image, destination), tools, stop);
  const std::unique_ptr<base::Source> source = tools.store.open_blob(squashed.blob.digest);
  if (source == nullptr) {
    throw base::Error(base::ErrorKind::not_found, "export", image.name,
                      squashed.blob.digest.to_string() + " left the store");
  }
  OutputFile file(destination.dest);
  base::copy(*source, file);
  file.finish();
}

void write_rootfs_directory(const Image& image, const Destination& destination,
                            const ExportTools& tools, std::stop_token stop) {
  const std::string& path = destination.dest;
  if (mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) base::throw_errno("make directory", path);
  const base::Fd directory = base::open_host_directory(path);
  if (base::list_directory(directory.get(), path).empty()) {
    static_cast<void>(
        apply_image(image, is_split(image, destination), tools, directory.get(), stop));
    return;
  }
  const layer::WrittenLayer squashed = squash(image, is_split(image, destination), tools, stop);
  layer::ReadOptions options;
  options.tell = tools.tell;
  static_cast<void>(layer::read_layer(tools.store, squashed.blob, squashed.diff_id, directory.get(),
                                      layer::TreeForm::plain, stop, options));
}

}  // namespace cooper::export_
