// An image of two layers in a real store: what exporters get.
#pragma once

#include <string>

#include "builder/export/export_images.h"
#include "builder/layer/layer_writer.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"

namespace cooper::test {

class ImageFixture {
 public:
  ImageFixture() : store_(store::Store::open(directory_.path() + "/store")) {}

  [[nodiscard]] store::Store& store() { return store_; }
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }

  // etc/ and etc/motd saying `text`; then a layer that adds new/ and removes etc/old.
  [[nodiscard]] export_::Image image(const std::string& text, std::vector<std::string> tags) {
    const layer::WrittenLayer lower =
        write_layer({directory("etc"), file("etc/motd"), file("etc/old")}, text);
    const layer::WrittenLayer upper =
        write_layer({directory("etc"), whiteout("etc/old"), directory("new")}, "");
    oci::ImageConfig config;
    config.platform = {"linux", "amd64"};
    config.config.cmd = {{"/bin/true"}};
    config.diff_ids = {lower.diff_id, upper.diff_id};
    std::string config_bytes = oci::to_json(config);
    oci::Manifest manifest{
        std::string(oci::media_type::kManifest),
        {std::string(oci::media_type::kConfig), store_.put_blob(config_bytes), config_bytes.size()},
        {lower.blob, upper.blob}};
    std::string bytes = oci::to_json(manifest);
    const oci::Descriptor descriptor{manifest.media_type, store_.put_blob(bytes), bytes.size()};
    return {"site",   std::move(tags),         descriptor, std::move(bytes),
            manifest, std::move(config_bytes), config,     {}};
  }

  std::vector<export_::ExportOutcome> run(const export_::Image& image, const std::string& output) {
    const export_::Destination destination = export_::parse_destination(output);
    return export_::export_images({{&image, &destination}}, {store_}, {});
  }

 private:
  static layer::Entry entry(layer::EntryType type, const char* path, std::uint32_t mode) {
    layer::Entry out;
    out.path = path;
    out.type = type;
    out.mode = mode;
    return out;
  }
  static layer::Entry directory(const char* path) {
    return entry(layer::EntryType::directory, path, 0755);
  }
  static layer::Entry file(const char* path) { return entry(layer::EntryType::file, path, 0644); }
  static layer::Entry whiteout(const char* path) {
    return entry(layer::EntryType::whiteout, path, 0);
  }

  layer::WrittenLayer write_layer(const std::vector<layer::Entry>& entries,
                                  const std::string& text) {
    layer::LayerWriter writer(store_, {});
    for (layer::Entry item : entries) {
      base::StringSource content(text);
      const bool is_file = item.type == layer::EntryType::file;
      if (is_file) item.size = text.size();
      writer.add(std::move(item), is_file ? &content : nullptr);
    }
    return writer.finish();
  }

  TempDirectory directory_;
  store::Store store_;
};

}  // namespace cooper::test
