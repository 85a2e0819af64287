#include "builder/source/registry_source.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/source/open_source.h"
#include "oci/media_type.h"
#include "registry/push_session.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::source {
namespace {

using test::sample_blob;
using test::SampleBlob;

struct Images : test::RegistryFixture {
  test::TempDirectory directory;
  store::Store store = store::Store::open(directory.path() + "/store");

  std::string put(const std::string& media_type, const std::string& bytes) {
    const std::string digest = oci::Digest::of_bytes(bytes).to_string();
    stored().manifests[digest] = {media_type, bytes};
    return digest;
  }
  std::string put_blob(const SampleBlob& blob) {
    return stored().blobs[blob.descriptor.digest.to_string()] = blob.bytes;
  }
  // A manifest for an architecture with `layers` layers.
  std::string image(const std::string& architecture, int layers, int diff_ids) {
    std::string ids;
    for (int i = 0; i < diff_ids; ++i)
      ids += (i > 0 ? ",\"" : "\"") + oci::Digest::of_bytes(std::to_string(i)).to_string() + "\"";
    const SampleBlob config =
        sample_blob(R"({"architecture":")" + architecture +
                        R"(","os":"linux","rootfs":{"type":"layers","diff_ids":[)" + ids + "]}}",
                    std::string(oci::media_type::kConfig));
    put_blob(config);
    std::vector<SampleBlob> blobs;
    for (int i = 0; i < layers; ++i) {
      blobs.push_back(
          sample_blob(architecture + std::to_string(i), std::string(oci::media_type::kLayerTar)));
      put_blob(blobs.back());
    }
    return test::sample_manifest(config, blobs);
  }
  std::string index_of(const std::vector<std::string>& architectures) {
    oci::Index index{std::string(oci::media_type::kIndex), {}};
    for (const std::string& architecture : architectures) {
      const std::string manifest = image(architecture, 1, 1);
      put(std::string(oci::media_type::kManifest), manifest);
      oci::Descriptor entry{std::string(oci::media_type::kManifest),
                            oci::Digest::of_bytes(manifest), manifest.size()};
      entry.platform = oci::Platform{"linux", architecture};
      index.manifests.push_back(entry);
    }
    return oci::to_json(index);
  }
  void tag(const std::string& name, const std::string& media_type, const std::string& bytes) {
    stored().tags[name] = put(media_type, bytes);
  }
  ResolvedImage resolve(const std::string& reference, const std::string& architecture = "amd64") {
    return open_source("fake.example/team/site" + reference, {client, &store})
        ->resolve({"linux", architecture}, {});
  }
};

TEST_CASE("an image of an index is chosen by platform") {
  Images f;
  f.tag("v1", std::string(oci::media_type::kIndex), f.index_of({"arm64", "amd64"}));
  const ResolvedImage got = f.resolve(":v1");
  CHECK(got.config.platform.architecture == "amd64");
  CHECK(oci::Digest::of_bytes(got.manifest_bytes) == got.manifest.digest);
  CHECK(got.name == "fake.example/team/site:v1");
  base::StringSink sink;
  got.blobs->fetch(got.layers[0], sink, {});
  CHECK(sink.text() == "amd640");
  CHECK_THROWS_WITH_AS(f.resolve(":v1", "riscv64"),
                       doctest::Contains("there is: linux/arm64, linux/amd64"), base::Error);
}

TEST_CASE("documents that are in the store are not asked for again") {
  Images f;
  const std::string manifest = f.image("amd64", 1, 1);
  f.tag("v1", std::string(oci::media_type::kManifest), manifest);
  static_cast<void>(f.resolve(":v1"));
  f.fake->log.clear();
  static_cast<void>(f.resolve(":v1"));
  CHECK(f.fake->log == std::vector<std::string>{"GET /v2/team/site/manifests/v1"});
  f.fake->log.clear();
  const ResolvedImage pinned = f.resolve("@" + oci::Digest::of_bytes(manifest).to_string());
  CHECK(f.fake->log.empty());
  CHECK(pinned.manifest.media_type == oci::media_type::kManifest);
}

// security.N23
TEST_CASE("images that do not hold together are refused") {
  Images f;
  f.tag("count", std::string(oci::media_type::kManifest), f.image("amd64", 2, 1));
  CHECK_THROWS_WITH_AS(f.resolve(":count"), doctest::Contains("2 layers, the configuration 1"),
                       base::Error);
  const SampleBlob chart = sample_blob("{}", "application/vnd.cncf.helm.config.v1+json");
  f.put_blob(chart);
  f.tag("chart", std::string(oci::media_type::kManifest), test::sample_manifest(chart, {}));
  CHECK_THROWS_WITH_AS(f.resolve(":chart"), doctest::Contains("no container image but an artifact"),
                       base::Error);
  const SampleBlob config = sample_blob(
      R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})",
      std::string(oci::media_type::kConfig));
  f.stored().blobs[config.descriptor.digest.to_string()] = std::string(config.bytes.size(), ' ');
  f.tag("config", std::string(oci::media_type::kManifest), test::sample_manifest(config, {}));
  CHECK_THROWS_AS(f.resolve(":config"), base::Error);
  CHECK_THROWS_WITH_AS(f.resolve(":absent"), doctest::Contains("no such image"), base::Error);
}

// security.N22
TEST_CASE("an index that contains itself by name ends") {
  Images f;
  std::string bytes = f.index_of({"amd64"});
  for (int i = 0; i < 5; ++i) {
    oci::Descriptor entry{std::string(oci::media_type::kIndex), oci::Digest::of_bytes(bytes),
                          bytes.size()};
    entry.platform = oci::Platform{"linux", "amd64"};
    f.put(std::string(oci::media_type::kIndex), bytes);
    bytes = oci::to_json(oci::Index{std::string(oci::media_type::kIndex), {entry}});
  }
  f.tag("deep", std::string(oci::media_type::kIndex), bytes);
  CHECK_THROWS_WITH_AS(f.resolve(":deep"), doctest::Contains("nested too deeply"), base::Error);
}

TEST_CASE("an image of the store is found by its tag") {
  Images f;
  const std::string manifest = f.image("amd64", 1, 1);
  for (const auto& [digest, bytes] : f.stored().blobs) f.store.put_blob(bytes);
  const oci::Descriptor descriptor{std::string(oci::media_type::kManifest),
                                   f.store.put_blob(manifest), manifest.size()};
  f.store.tag_image("docker.io/library/mine:latest", descriptor);
  const SourceTools tools{f.client, &f.store};
  const ResolvedImage got =
      open_source("cooper-store:mine", tools)->resolve({"linux", "amd64"}, {});
  base::StringSink sink;
  got.blobs->fetch(got.layers[0], sink, {});
  CHECK(sink.text() == "amd640");
  CHECK(f.fake->log.empty());
  CHECK_THROWS_AS(
      static_cast<void>(open_source("cooper-store:other", tools)->resolve({"linux", "amd64"}, {})),
      base::Error);
}

TEST_CASE("where images may come from") {
  Images f;
  const SourceTools tools{f.client, nullptr};
  CHECK_NOTHROW(static_cast<void>(open_source("php:8.3", tools)));
  CHECK_NOTHROW(static_cast<void>(open_source("docker-image://php:8.3", tools)));
  for (const char* text :
       {"https://example.org/x", "", "oci-layout:///does/not/exist", "oci-layout://:tag",
        "docker-archive:/does/not/exist", "UPPER", "cooper-store:x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(open_source(text, tools)), base::Error);
  }
  const LayoutLocation full =
      parse_layout_location("/a:b/c:1.2@" + oci::Digest::of_bytes("x").to_string());
  CHECK(full.path == "/a:b/c");
  CHECK(full.tag == "1.2");
  CHECK(full.digest == oci::Digest::of_bytes("x"));
  CHECK(parse_layout_location("/a@b/c").path == "/a@b/c");
  CHECK(parse_layout_location("../x").tag.empty());
}

TEST_CASE("a mirror is asked first; where it fails the registry itself is") {
  for (const bool mirror_works : {true, false}) {
    Images f;
    f.tag("v1", std::string(oci::media_type::kManifest), f.image("amd64", 1, 1));
    registry::ClientOptions options;
    options.rules = registry::parse_registries_conf(
        "[[registry]]\nlocation=\"fake.example\"\n[[registry.mirror]]\nlocation=\"mirror."
        "example\"\n",
        "registries.conf");
    f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      const bool works = (request.url.host == "mirror.example") == mirror_works;
      return works ? std::nullopt : std::optional(http::Response{404});
    };
    registry::Client client(f.fake, f.clock, f.credentials, options);
    RegistrySource source(client, oci::parse_reference("fake.example/team/site:v1"), nullptr);
    const ResolvedImage image = source.resolve({"linux", "amd64"}, {});
    CHECK(image.name.starts_with("fake.example/team/site"));
    CHECK(f.fake->requests.front().url.host == "mirror.example");
    base::StringSink sink;
    image.blobs->fetch(image.layers[0], sink, {});
    CHECK(sink.text() == "amd640");
    CHECK(f.leaks() == 0);  // what is the registry's is not the mirror's
  }
}

TEST_CASE("a layer the mirror lost comes from the registry itself") {
  Images f;
  f.tag("v1", std::string(oci::media_type::kManifest), f.image("amd64", 1, 1));
  registry::ClientOptions options;
  options.rules = registry::parse_registries_conf(
      "[[registry]]\nlocation=\"fake.example\"\n[[registry.mirror]]\nlocation=\"mirror.example\"\n",
      "registries.conf");
  registry::Client client(f.fake, f.clock, f.credentials, options);
  RegistrySource source(client, oci::parse_reference("fake.example/team/site:v1"), nullptr);
  const ResolvedImage image = source.resolve({"linux", "amd64"}, {});
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.url.host == "mirror.example") return http::Response{404};
    return std::nullopt;
  };
  base::StringSink sink;
  image.blobs->fetch(image.layers[0], sink, {});
  CHECK(sink.text() == "amd640");
}

TEST_CASE("an error of all places names each") {
  Images f;
  registry::ClientOptions options;
  options.rules = registry::parse_registries_conf(
      "[[registry]]\nlocation=\"fake.example\"\n[[registry.mirror]]\nlocation=\"mirror.example\"\n",
      "registries.conf");
  registry::Client client(f.fake, f.clock, f.credentials, options);
  RegistrySource source(client, oci::parse_reference("fake.example/team/site:v1"), nullptr);
  try {
    static_cast<void>(source.resolve({"linux", "amd64"}, {}));
    FAIL("there is no such image");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find("fake.example/team/site:v1") != std::string::npos);
    CHECK(error.hint().find("mirror.example/team/site:v1") != std::string::npos);
  }
}

TEST_CASE("the layers of a base image are mounted into what is pushed, and never fetched") {
  Images f;
  const std::string manifest = f.image("amd64", 1, 1);
  f.tag("v1", std::string(oci::media_type::kManifest), manifest);
  RegistrySource source(f.client, oci::parse_reference("fake.example/team/site:v1"), nullptr);
  const ResolvedImage base = source.resolve({"linux", "amd64"}, {});
  registry::PushSession session(f.repository("team/child"), {});
  registry::PushImage image{"child", {}, std::string(oci::media_type::kManifest), {}, {"1"}};
  const SampleBlob config = sample_blob("{}", std::string(oci::media_type::kConfig));
  image.manifest_bytes = oci::to_json(
      oci::Manifest{std::string(oci::media_type::kManifest), config.descriptor, base.layers});
  image.blobs.push_back({config.descriptor, [&](std::uint64_t offset) {
                           return std::make_unique<base::StringSource>(
                               std::string_view(config.bytes).substr(offset));
                         }});
  image.blobs.push_back(
      {base.layers[0], {}, [](const std::stop_token&) { FAIL("it was fetched"); }});
  const auto reports = session.push({image});
  CHECK(reports[0].reused_bytes == base.layers[0].size);
  CHECK(f.stored("team/child").tags.count("1") == 1);
}

}  // namespace
}  // namespace cooper::source
