// Exports into files, read back by the sources.
#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/source/archive_files.h"
#include "builder/source/docker_archive_source.h"
#include "builder/source/layout_source.h"
#include "tests/unit/builder/export/image_fixture.h"

namespace cooper::export_ {
namespace {

using test::ImageFixture;

const oci::Platform kPlatform{"linux", "amd64"};

void check_same(source::ImageSource&& from, const Image& image) {
  const source::ResolvedImage got = from.resolve(kPlatform, {});
  CHECK(got.config_bytes == image.config_bytes);
  REQUIRE(got.layers.size() == image.parsed.layers.size());
  for (std::size_t i = 0; i < got.layers.size(); ++i) {
    CHECK(got.layers[i].digest == image.parsed.layers[i].digest);
    base::StringSink sink;
    got.blobs->fetch(got.layers[i], sink, {});
    CHECK(oci::Digest::of_bytes(sink.text()) == got.layers[i].digest);
  }
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST_CASE("an OCI archive comes back as it went, every time the same bytes") {
  ImageFixture f;
  const Image image = f.image("hello", {"docker.io/team/site:1.2"});
  static_cast<void>(f.run(image, "type=oci,dest=" + f.path("a.tar")));
  static_cast<void>(f.run(image, "type=oci,dest=" + f.path("b.tar")));
  CHECK(read(f.path("a.tar")) == read(f.path("b.tar")));
  const auto files = source::open_layout_archive(f.path("a.tar"));
  check_same(source::LayoutSource(files, {"1.2", {}}, "a"), image);
  CHECK(source::LayoutSource(files, {}, "a").resolve(kPlatform, {}).manifest.digest ==
        image.manifest.digest);
  CHECK_FALSE(files->read_document("manifest.json").has_value());
  CHECK(read(f.path("a.tar")).size() % 512 == 0);
}

TEST_CASE("a docker archive has what docker load reads") {
  ImageFixture f;
  const Image image = f.image("hello", {"docker.io/team/site:1.2", "reg.example/site:latest"});
  static_cast<void>(f.run(image, "type=docker,dest=" + f.path("a.tar")));
  const auto files = source::open_layout_archive(f.path("a.tar"));
  const auto text = files->read_document("manifest.json");
  REQUIRE(text.has_value());
  const auto saved = source::parse_saved_images(*text, "a");
  REQUIRE(saved.size() == 1);
  CHECK(saved[0].tags == std::vector<std::string>{"team/site:1.2", "reg.example/site:latest"});
  check_same(source::DockerArchiveSource(files, "team/site:1.2"), image);
  check_same(source::DockerArchiveSource(files, ""), image);
  CHECK_THROWS_WITH_AS(check_same(source::DockerArchiveSource(files, "other:1"), image),
                       doctest::Contains("team/site:1.2"), base::Error);
}

TEST_CASE("a layout directory keeps the other images in it") {
  ImageFixture f;
  const Image one = f.image("one", {"docker.io/team/site:1"});
  const Image two = f.image("two", {"docker.io/team/site:2"});
  const std::string output = "type=oci,tar=false,dest=" + f.path("layout");
  static_cast<void>(f.run(one, output));
  static_cast<void>(f.run(two, output));
  static_cast<void>(f.run(two, output));
  const auto files = source::open_layout_directory(f.path("layout"));
  check_same(source::LayoutSource(files, {"1", {}}, "x"), one);
  check_same(source::LayoutSource(files, {"2", {}}, "x"), two);
  check_same(source::LayoutSource(files, {"", one.manifest.digest}, "x"), one);
  CHECK(oci::parse_index(*files->read_document("index.json"), "").manifests.size() == 2);
}

TEST_CASE("a directory with other things in it is not made a layout") {
  ImageFixture f;
  const Image image = f.image("x", {"site:1"});
  std::filesystem::create_directory(f.path("home"));
  std::ofstream(f.path("home/letter")) << "dear";
  CHECK_THROWS_WITH_AS(f.run(image, "type=oci,tar=false,dest=" + f.path("home")),
                       doctest::Contains("neither empty nor"), base::Error);
}

TEST_CASE("the file system of an image, as a directory and as a tar") {
  ImageFixture f;
  const Image image = f.image("hello", {"docker.io/team/site:1"});
  if (geteuid() == 0) {  // owners are restored
    static_cast<void>(f.run(image, f.path("rootfs")));
    CHECK(read(f.path("rootfs/etc/motd")) == "hello");
    CHECK_FALSE(std::filesystem::exists(f.path("rootfs/etc/old")));
    CHECK(std::filesystem::is_directory(f.path("rootfs/new")));

    std::ofstream(f.path("rootfs/mine")) << "mine";
    std::ofstream(f.path("rootfs/etc/old")) << "kept";
    static_cast<void>(f.run(f.image("again", {}), f.path("rootfs")));
    CHECK(read(f.path("rootfs/etc/motd")) == "again");
    CHECK(read(f.path("rootfs/mine")) == "mine");
    CHECK(read(f.path("rootfs/etc/old")) == "kept");
  }
  static_cast<void>(f.run(image, "type=tar,dest=" + f.path("rootfs.tar")));
  const auto files = source::open_layout_archive(f.path("rootfs.tar"));
  CHECK(files->read_document("etc/motd") == "hello");
  CHECK_FALSE(files->read_document("etc/old").has_value());
}

TEST_CASE("a damaged or missing blob leaves no file") {
  ImageFixture f;
  const Image image = f.image(std::string(5000, 'x'), {"docker.io/team/site:1"});
  const std::string blob =
      f.store().path() + "/blobs/sha256/" + image.parsed.layers[0].digest.hex();
  const std::string bytes = read(blob);
  REQUIRE(chmod(blob.c_str(), 0644) == 0);
  std::ofstream(blob, std::ios::binary) << std::string(bytes.size(), '!');
  CHECK_THROWS_AS(f.run(image, "type=oci,dest=" + f.path("a.tar")), base::Error);
  CHECK_FALSE(std::filesystem::exists(f.path("a.tar")));
  CHECK_THROWS_WITH_AS(f.run(image, "type=docker,dest=" + f.path("a.tar")),
                       doctest::Contains("is not in the store"), base::Error);
  CHECK_FALSE(std::filesystem::exists(f.path("a.tar")));
  CHECK(std::distance(std::filesystem::directory_iterator(f.path("")), {}) ==
        1);  // the store: no temporary file
}

TEST_CASE("a lazy layer is fetched when it is needed") {
  ImageFixture here;
  ImageFixture there;
  Image image = there.image("lazy", {"docker.io/team/site:1"});
  here.store().put_blob(image.config_bytes);
  int fetched = 0;
  image.fetch_missing = [&](const oci::Descriptor& blob) {
    ++fetched;
    const auto writer = here.store().new_blob();
    base::copy(*there.store().open_blob(blob.digest), *writer);
    static_cast<void>(writer->commit(blob));
  };
  static_cast<void>(here.run(image, "type=oci,dest=" + here.path("a.tar")));
  CHECK(fetched == 2);
}

TEST_CASE("two images into one file are refused before anything is written") {
  ImageFixture f;
  const Image a = f.image("a", {}), b = f.image("b", {});
  const Destination to = parse_destination("type=oci,dest=" + f.path("x.tar"));
  CHECK_THROWS_AS(static_cast<void>(export_images({{&a, &to}, {&b, &to}}, {f.store()}, {})),
                  base::Error);
  CHECK_FALSE(std::filesystem::exists(f.path("x.tar")));
}

}  // namespace
}  // namespace cooper::export_
