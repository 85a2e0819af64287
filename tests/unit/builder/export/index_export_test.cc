// An index of two platforms, as exporters write it.
#include <doctest/doctest.h>

#include <filesystem>

#include "base/error.h"
#include "builder/source/archive_files.h"
#include "builder/source/layout_source.h"
#include "oci/media_type.h"
#include "tests/unit/builder/export/image_fixture.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::export_ {
namespace {

namespace fs = std::filesystem;

struct Fixture : test::ImageFixture, test::RegistryFixture {
  Image index(std::vector<std::string> tags) {
    oci::Index index{std::string(oci::media_type::kIndex), {}};
    std::vector<Image> children;
    for (const oci::Platform& platform :
         {oci::Platform{"linux", "amd64"}, oci::Platform{"linux", "arm", "v7"}}) {
      children.push_back(image(platform.architecture, {}));
      Image& child = children.back();
      child.config.platform = platform;
      child.config_bytes = oci::to_json(child.config);
      child.parsed.config.digest = store().put_blob(child.config_bytes);
      child.parsed.config.size = child.config_bytes.size();
      child.manifest_bytes = oci::to_json(child.parsed);
      child.manifest.digest = store().put_blob(child.manifest_bytes);
      child.manifest.size = child.manifest_bytes.size();
      oci::Descriptor entry = child.manifest;
      entry.platform = platform;
      index.manifests.push_back(entry);
    }
    Image top = children.front();
    top.tags = std::move(tags);
    top.manifest_bytes = oci::to_json(index);
    top.manifest = {index.media_type, store().put_blob(top.manifest_bytes),
                    top.manifest_bytes.size()};
    top.children = std::move(children);
    return top;
  }
  std::vector<ExportOutcome> push(const Image& image) {
    const Destination to = parse_destination("type=registry");
    return export_images({{&image, &to}}, {store(), &client}, {});
  }
};

TEST_CASE("a layout and an archive hold every platform") {
  Fixture f;
  const Image image = f.index({"docker.io/team/site:1.2"});
  static_cast<void>(f.run(image, "type=oci,dest=" + f.path("a.tar")));
  static_cast<void>(f.run(image, "type=oci,tar=false,dest=" + f.path("layout")));
  for (const auto& files : {source::open_layout_archive(f.path("a.tar")),
                            source::open_layout_directory(f.path("layout"))}) {
    for (const Image& child : image.children) {
      const auto got =
          source::LayoutSource(files, {"1.2", {}}, "a").resolve(child.config.platform, {});
      CHECK(got.manifest.digest == child.manifest.digest);
      for (const oci::Descriptor& layer : got.layers) {
        base::StringSink sink;
        got.blobs->fetch(layer, sink, {});
        CHECK(oci::Digest::of_bytes(sink.text()) == layer.digest);
      }
    }
  }
  CHECK_THROWS_WITH_AS(f.run(image, "type=docker,dest=" + f.path("b.tar")),
                       doctest::Contains("type=docker holds one platform"), base::Error);
  CHECK_FALSE(fs::exists(f.path("b.tar")));
}

TEST_CASE("files are split by platform, or not") {
  Fixture f;
  const Image image = f.index({});
  static_cast<void>(f.run(image, "type=local,dest=" + f.path("split")));
  CHECK(fs::exists(f.path("split/linux_amd64/etc/motd")));
  CHECK(fs::exists(f.path("split/linux_arm_v7/etc/motd")));
  CHECK_FALSE(fs::exists(f.path("split/linux_arm_v7/etc/old")));
  static_cast<void>(f.run(image, "type=local,platform-split=false,dest=" + f.path("one")));
  CHECK(fs::exists(f.path("one/etc/motd")));
  static_cast<void>(
      f.run(image.children[0], "type=local,platform-split=true,dest=" + f.path("alone")));
  CHECK(fs::exists(f.path("alone/linux_amd64/etc/motd")));
  static_cast<void>(f.run(image, "type=tar,dest=" + f.path("a.tar")));
  static_cast<void>(f.run(image, "type=tar,dest=" + f.path("b.tar")));
  CHECK(fs::file_size(f.path("a.tar")) == fs::file_size(f.path("b.tar")));
  CHECK_THROWS_AS(static_cast<void>(parse_destination("type=oci,platform-split=true,dest=x")),
                  base::Error);
}

TEST_CASE("an index is pushed after what it lists, and again for one request") {
  Fixture f;
  const Image image = f.index({"fake.example/team/site:1"});
  const auto outcomes = f.push(image);
  REQUIRE(outcomes.size() == 1);
  CHECK(outcomes[0].moved_tags == std::vector<std::string>{"fake.example/team/site:1"});
  CHECK(outcomes[0].pushed_bytes > 0);
  CHECK(f.stored().tags.at("1") == image.manifest.digest.to_string());
  for (const Image& child : image.children)
    CHECK(f.stored().manifests.count(child.manifest.digest.to_string()) == 1);
  f.fake->log.clear();
  const auto again = f.push(image);
  CHECK(f.fake->log.size() == 1);
  CHECK(again[0].unchanged_tags == std::vector<std::string>{"fake.example/team/site:1"});
}

}  // namespace
}  // namespace cooper::export_
