#include "builder/source/layout_source.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"

namespace cooper::source {
namespace {

namespace fs = std::filesystem;

struct Layout {
  test::TempDirectory directory;
  oci::Index index{std::string(oci::media_type::kIndex), {}};

  Layout() { fs::create_directories(directory.path() + "/blobs/sha256"); }
  std::string blob_path(const oci::Digest& digest) const {
    return directory.path() + "/blobs/sha256/" + digest.hex();
  }
  oci::Descriptor put(const std::string& bytes, std::string_view type) {
    const oci::Digest digest = oci::Digest::of_bytes(bytes);
    std::ofstream(blob_path(digest), std::ios::binary) << bytes;
    return {std::string(type), digest, bytes.size()};
  }
  oci::Descriptor image(const std::string& name) {
    const std::string layer = "layer of " + name;
    const std::string config = R"({"architecture":"amd64","os":"linux","author":")" + name +
                               R"(","rootfs":{"type":"layers","diff_ids":[")" +
                               oci::Digest::of_bytes(layer).to_string() + "\"]}}";
    oci::Manifest manifest{std::string(oci::media_type::kManifest),
                           put(config, oci::media_type::kConfig),
                           {put(layer, oci::media_type::kLayerTar)}};
    oci::Descriptor entry = put(oci::to_json(manifest), oci::media_type::kManifest);
    if (!name.empty()) entry.annotations["org.opencontainers.image.ref.name"] = name;
    index.manifests.push_back(entry);
    std::ofstream(directory.path() + "/index.json") << oci::to_json(index);
    return entry;
  }
  ResolvedImage resolve(const LayoutSelector& selector = {}) const {
    return LayoutSource(open_layout_directory(directory.path()), selector, "it")
        .resolve({"linux", "amd64"}, {});
  }
};

TEST_CASE("an image is chosen by tag, reference, digest, or because it is the only one") {
  Layout layout;
  const oci::Descriptor one = layout.image("1.0");
  CHECK(layout.resolve().manifest.digest == one.digest);
  const oci::Descriptor two = layout.image("docker.io/team/site:2.0");
  CHECK_THROWS_WITH_AS(static_cast<void>(layout.resolve()),
                       doctest::Contains("holds: 1.0, docker.io/team/site:2.0"), base::Error);
  CHECK(layout.resolve({"1.0", {}}).manifest.digest == one.digest);
  CHECK(layout.resolve({"2.0", {}}).manifest.digest == two.digest);
  CHECK(layout.resolve({"docker.io/team/site:2.0", {}}).manifest.digest == two.digest);
  CHECK(layout.resolve({"", two.digest}).config.author == "docker.io/team/site:2.0");
  CHECK_THROWS_WITH_AS(static_cast<void>(layout.resolve({"3.0", {}})),
                       doctest::Contains("no such image"), base::Error);
  const oci::Descriptor latest = layout.image("latest");
  CHECK(layout.resolve().manifest.digest == latest.digest);
}

TEST_CASE("blobs are given, checked for size; a damaged document is refused") {
  Layout layout;
  layout.image("1");
  const ResolvedImage got = layout.resolve();
  base::StringSink sink;
  got.blobs->fetch(got.layers[0], sink, {});
  CHECK(sink.text() == "layer of 1");
  oci::Descriptor wrong = got.layers[0];
  wrong.size += 1;
  CHECK_THROWS_AS(got.blobs->fetch(wrong, sink, {}), base::Error);
  const std::string config =
      layout.blob_path(oci::parse_manifest(got.manifest_bytes, "").config.digest);
  const auto size = fs::file_size(config);
  std::ofstream(config) << std::string(size, ' ');
  CHECK_THROWS_WITH_AS(static_cast<void>(layout.resolve()),
                       doctest::Contains("do not have that digest"), base::Error);
}

// security.N24
TEST_CASE("links, FIFOs and directories are no blobs") {
  Layout layout;
  layout.image("1");
  const oci::Descriptor blob = layout.resolve().layers[0];
  const std::string path = layout.blob_path(blob.digest);
  const std::string secret = layout.directory.path() + "/secret";
  std::ofstream(secret) << "layer of 1";
  const auto fetch = [&] {
    base::NullSink sink;
    layout.resolve().blobs->fetch(blob, sink, {});
  };
  fs::remove(path);
  fs::create_symlink(secret, path);
  CHECK_THROWS_AS(fetch(), base::Error);
  fs::remove(path);
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  CHECK_THROWS_AS(fetch(), base::Error);
  fs::remove(path);
  fs::create_directory(path);
  CHECK_THROWS_AS(fetch(), base::Error);
  fs::remove(path);
  CHECK_THROWS_WITH_AS(fetch(), doctest::Contains("is not there"), base::Error);
  fs::rename(layout.directory.path() + "/index.json", secret);
  fs::create_symlink(secret, layout.directory.path() + "/index.json");
  CHECK_THROWS_AS(static_cast<void>(layout.resolve()), base::Error);
}

TEST_CASE("a directory that is no layout says so") {
  const test::TempDirectory empty;
  LayoutSource source(open_layout_directory(empty.path()), {}, "oci-layout://x");
  CHECK_THROWS_WITH_AS(static_cast<void>(source.resolve({"linux", "amd64"}, {})),
                       "read 'oci-layout://x': there is no index.json: this is no OCI image layout",
                       base::Error);
}

}  // namespace
}  // namespace cooper::source
