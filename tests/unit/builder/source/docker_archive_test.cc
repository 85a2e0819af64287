#include <doctest/doctest.h>

#include <fstream>

#include "base/error.h"
#include "builder/source/archive_files.h"
#include "builder/source/docker_archive_source.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/builder/layer/tar_bytes.h"

namespace cooper::source {
namespace {

using layer::test::RawMember;

struct Archive {
  test::TempDirectory directory;
  std::string path = directory.path() + "/a.tar";

  void write(const std::string& bytes) const { std::ofstream(path, std::ios::binary) << bytes; }
  void write(const std::vector<RawMember>& members) const { write(layer::test::tar_of(members)); }
  ResolvedImage resolve(const std::string& reference = "") const {
    return DockerArchiveSource(open_layout_archive(path), reference)
        .resolve({"linux", "amd64"}, {});
  }
};

std::string config_for(const std::vector<std::string>& layers) {
  std::string ids;
  for (const std::string& layer : layers)
    ids += (ids.empty() ? "\"" : ",\"") + oci::Digest::of_bytes(layer).to_string() + "\"";
  return R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[)" + ids +
         "]}}";
}

TEST_CASE(
    "an archive of old docker save: layer.tar files, a link for a repeated layer, long names") {
  const std::string layer(5000, 'L');
  const std::string folder = std::string(120, 'f');
  Archive archive;
  archive.write(
      std::vector<RawMember>{{folder + "/", '5'},
                             {"x", '0', layer, "", 0644, {{"path", folder + "/layer.tar"}}},
                             {"second/layer.tar", '2', "", "../first"},
                             {"first", '1', "", "x", 0644, {{"linkpath", folder + "/layer.tar"}}},
                             {"config.json", '0', config_for({layer, layer})},
                             {"manifest.json", '0',
                              R"([{"Config":"config.json","RepoTags":["site:1"],"Layers":[")" +
                                  folder + R"(/layer.tar","second/layer.tar"]}])"}});
  const ResolvedImage got = archive.resolve();
  REQUIRE(got.layers.size() == 2);
  CHECK(got.layers[0].media_type == oci::media_type::kLayerTar);
  CHECK(got.layers[0].digest == oci::Digest::of_bytes(layer));
  CHECK(got.layers[1].digest == got.layers[0].digest);
  base::StringSink sink;
  got.blobs->fetch(got.layers[1], sink, {});
  CHECK(sink.text() == layer);
  CHECK(archive.resolve("docker.io/library/site:1").name ==
        "docker-archive:" + archive.path + ":docker.io/library/site:1");
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve("site:2")),
                       doctest::Contains("holds: site:1"), base::Error);
}

TEST_CASE("compressed layers are known by their bytes") {
  const std::string gzip = "\x1f\x8b not really";
  const std::string zstd = "\x28\xb5\x2f\xfd not really";
  Archive archive;
  archive.write(std::vector<RawMember>{
      {"l", '0', zstd},
      {"c", '0', config_for({"the tar"})},
      {"manifest.json", '0', R"([{"Config":"c","RepoTags":null,"Layers":["l"]}])"}});
  CHECK(archive.resolve().layers[0].media_type == oci::media_type::kLayerZstd);
  archive.write(std::vector<RawMember>{
      {"l", '0', gzip},
      {"c", '0', config_for({"the tar"})},
      {"manifest.json", '0', R"([{"Config":"c","RepoTags":null,"Layers":["l"]}])"}});
  const ResolvedImage got = archive.resolve();
  CHECK(got.layers[0].media_type == oci::media_type::kLayerGzip);
  CHECK(got.layers[0].digest == oci::Digest::of_bytes(gzip));
}

TEST_CASE("archives that do not hold together are refused") {
  Archive archive;
  const auto with = [&](const std::string& manifest) {
    archive.write(
        std::vector<RawMember>{{"c", '0', config_for({"a"})}, {"manifest.json", '0', manifest}});
    CHECK_THROWS_AS(static_cast<void>(archive.resolve()), base::Error);
  };
  with("");
  with("{}");
  with("[]");
  with(R"([{"Config":"c","Layers":["absent"]}])");
  with(R"([{"Config":"absent","Layers":["c"]}])");
  with(R"([{"Config":"c","Layers":[]}])");
  with(R"([{"Config":"c","Layers":["c"]},{"Config":"c","Layers":["c"]}])");
  archive.write(std::vector<RawMember>{
      {"a", '2', "", "b"}, {"b", '2', "", "a"}, {"manifest.json", '2', "", "a"}});
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()), doctest::Contains("too many links"),
                       base::Error);
}

TEST_CASE("damaged and compressed archives") {
  Archive archive;
  archive.write(std::string("\x1f\x8b\x08 gzip"));
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()),
                       doctest::Contains("compressed archive"), base::Error);
  archive.write(std::string(512, 'x'));
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()), doctest::Contains("at byte 0"),
                       base::Error);
  archive.write(std::string());
  CHECK_THROWS_AS(static_cast<void>(archive.resolve()), base::Error);
  const std::string whole = layer::test::tar_of({{"manifest.json", '0', std::string(2000, ' ')}});
  archive.write(whole.substr(0, 1000));
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()), doctest::Contains("ends early"),
                       base::Error);
  archive.write(layer::test::tar_of({{"a", '0', "x"}}));
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()), doctest::Contains("docker save"),
                       base::Error);
  archive.write(std::vector<RawMember>{{"a", 'x', "9999 path=x\n"}, {"b"}});
  CHECK_THROWS_WITH_AS(static_cast<void>(archive.resolve()), doctest::Contains("extended header"),
                       base::Error);
  archive.write(
      std::vector<RawMember>{{"a", '0', "", "", 0644, {{"size", "99999999999999999999"}}}});
  CHECK_THROWS_AS(static_cast<void>(archive.resolve()), base::Error);
}

}  // namespace
}  // namespace cooper::source
