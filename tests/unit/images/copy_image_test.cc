#include "images/copy_image.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/images/images_fixture.h"

namespace cooper::images {
namespace {

struct Copies : test::ImagesFixture {
  CopyReport run(const std::string& from, const std::string& to, CopyOptions options = {}) {
    return copy_image(*open(from), to, client, store, options, {});
  }
};

TEST_CASE("an image from a registry into a layout, an archive and back, byte for byte") {
  Copies f;
  const std::string layout = "oci-layout://" + f.directory.path() + "/layout:app";
  const std::string archive = "oci-archive:" + f.directory.path() + "/site.tar:app";
  const CopyReport first = f.run("fake.example/team/site:app", layout);
  CHECK(first.top.digest == oci::Digest::of_bytes(f.manifest));
  CHECK(first.copied_bytes == f.layer.bytes.size() + f.config.bytes.size());
  CHECK(f.run("fake.example/team/site:app", layout).copied_bytes == 0);
  CHECK(f.run(layout, archive).top.digest == first.top.digest);
  CHECK(f.run(archive, "fake.example/other/site:copy").top.digest == first.top.digest);
  CHECK(f.stored("other/site").manifests.at(first.top.digest.to_string()).bytes == f.manifest);
  CHECK(f.stored("other/site").tags.at("copy") == first.top.digest.to_string());
  f.fake->log.clear();
  CHECK(f.run(archive, "docker://fake.example/other/site:copy").copied_bytes == 0);
  CHECK(f.fake->log.size() == 1);
}

// security.R6
TEST_CASE("a whole index, its children first; one image of it with a platform") {
  Copies f;
  const std::string index = f.put_index();
  CHECK(f.run("fake.example/team/site:all", "fake.example/other/site:all").top.digest ==
        oci::Digest::of_bytes(index));
  CHECK(f.stored("other/site").manifests.size() == 2);
  const std::string layout = "oci-layout://" + f.directory.path() + "/layout:all";
  CHECK(f.run("fake.example/team/site:all", layout).top.digest == oci::Digest::of_bytes(index));
  CHECK(f.run(layout, "fake.example/third/site:all").top.digest == oci::Digest::of_bytes(index));
  CopyOptions one;
  one.platform = oci::Platform{"linux", "amd64"};
  CHECK(f.run("fake.example/team/site:all", "fake.example/other/site:one", one).top.digest ==
        oci::Digest::of_bytes(f.manifest));
  one.platform = oci::Platform{"linux", "s390x"};
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:all", "fake.example/other/site:no", one),
                       doctest::Contains("linux/s390x"), base::Error);
}

TEST_CASE("into a docker archive and back, the digest as it was") {
  Copies f;
  const std::string file = f.directory.path() + "/saved.tar";
  const CopyReport report =
      f.run("fake.example/team/site:app", "docker-archive:" + file + ":a/b:c");
  CHECK(report.top.digest == oci::Digest::of_bytes(f.manifest));
  for (const char* from : {"", ":a/b:c", ":docker.io/a/b:c"}) {
    CHECK(f.run("docker-archive:" + file + from, "fake.example/other/site:copy").top.digest ==
          report.top.digest);
  }
  CHECK_THROWS_WITH_AS(f.run("docker-archive:" + file + ":a/b:d", "fake.example/other/site:x"),
                       doctest::Contains("a/b:c"), base::Error);
  // An index is several images, and a layer of an unknown type is none.
  static_cast<void>(f.put_index());
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:all", "docker-archive:" + file + "2"),
                       doctest::Contains("this is an index"), base::Error);
  f.layer.descriptor.media_type = "application/x-cheese";
  f.put("team/site", "odd", test::sample_manifest(f.config, {f.layer}),
        std::string(oci::media_type::kManifest));
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:odd", "docker-archive:" + file + "2"),
                       doctest::Contains("application/x-cheese"), base::Error);
  CHECK_THROWS_WITH_AS(f.run("docker-archive:", "fake.example/a/b:c"), doctest::Contains("no path"),
                       base::Error);
}

TEST_CASE("oci: is a layout, as skopeo names it") {
  Copies f;
  const std::string layout = f.directory.path() + "/layout:app";
  const oci::Digest digest = f.run("fake.example/team/site:app", "oci:" + layout).top.digest;
  CHECK(f.run("oci-layout://" + layout, "oci:" + f.directory.path() + "/again:app").top.digest ==
        digest);
  CHECK(f.run("oci:" + layout, "fake.example/other/site:copy").top.digest == digest);
}

TEST_CASE("blobs of the same registry are mounted") {
  Copies f;
  const CopyReport report = f.run("fake.example/team/site:app", "fake.example/mirror/site:app");
  CHECK(report.copied_bytes == 0);
  CHECK(f.fake->count("GET /v2/team/site/blobs/") == 0);
}

TEST_CASE("a mirror is asked first; where it fails the registry itself is") {
  for (const bool mirror_works : {true, false}) {
    Copies f;
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
    const auto source = open_documents("fake.example/team/site:app", client, f.store);
    const std::string layout = "oci:" + f.directory.path() + "/layout:app";
    CHECK(copy_image(*source, layout, client, f.store, {}, {}).top.digest ==
          oci::Digest::of_bytes(f.manifest));
    CHECK(f.fake->requests.front().url.host == "mirror.example");
  }
}

TEST_CASE("damaged blobs are not copied, and wrong places are refused") {
  Copies f;
  f.stored().blobs[f.layer.descriptor.digest.to_string()] = std::string(1024, 'x');
  const std::string layout = f.directory.path() + "/layout";
  CHECK_THROWS_AS(f.run("fake.example/team/site:app", "oci-layout://" + layout), base::Error);
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:app", "ftp://x"),
                       doctest::Contains("oci-archive:"), base::Error);
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:app", "cooper-store:x"),
                       doctest::Contains("can be written to"), base::Error);
  CHECK_THROWS_WITH_AS(f.run("http://x/y", "fake.example/a:b"), doctest::Contains("no such kind"),
                       base::Error);
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:none", "fake.example/a/b:c"),
                       doctest::Contains("no such image"), base::Error);
  CHECK_THROWS_WITH_AS(f.run("fake.example/team/site:app",
                             "fake.example/a/b@" + oci::Digest::of_bytes(f.manifest).to_string()),
                       doctest::Contains("a digest cannot be chosen"), base::Error);
}

}  // namespace
}  // namespace cooper::images
