#include "oci/manifest.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "oci/media_type.h"

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;
using cooper::base::ErrorKind;

namespace {

const std::string kDigest =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const std::string kConfig =
    R"({"mediaType":"application/vnd.oci.image.config.v1+json","digest":")" + kDigest +
    R"(","size":2})";
const std::string kLayer =
    R"({"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":")" + kDigest +
    R"(","size":3})";
const std::string kManifestText =
    R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":)" +
    kConfig + R"(,"layers":[)" + kLayer + "]}";

std::string manifest_with(const std::string& members) {
  return R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + kLayer + "]" + members +
         "}";
}

void refused(const std::string& text, std::string_view type, ErrorKind kind,
             const std::string& cause) {
  CAPTURE(text);
  try {
    static_cast<void>(parse_manifest_or_index(text, type));
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    CHECK_MESSAGE(error.cause().find(cause) != std::string::npos, error.cause());
  }
}

}  // namespace

TEST_CASE("a manifest round-trips byte for byte") {
  const Manifest manifest = parse_manifest(kManifestText, media_type::kManifest);
  CHECK(manifest.layers.size() == 1);
  CHECK(manifest.layers[0].size == 3);
  CHECK(to_json(manifest) == kManifestText);
  CHECK(parse_manifest(kManifestText,
                       "application/vnd.oci.image.manifest.v1+json; charset=utf-8") == manifest);
  CHECK(parse_manifest(kManifestText, "") == manifest);
}

TEST_CASE("an index round-trips and finds platforms") {
  Index index{std::string(media_type::kIndex), {}};
  for (const Platform& platform : {Platform{"unknown", "unknown"}, Platform{"linux", "arm", "v6"},
                                   Platform{"linux", "arm", "v7"}, Platform{"linux", "amd64"},
                                   Platform{"linux", "arm64", "v8"}}) {
    Descriptor entry{std::string(media_type::kManifest), Digest::of_bytes(to_string(platform)), 7};
    entry.platform = platform;
    entry.annotations = {{"k", "v"}};
    index.manifests.push_back(entry);
  }
  const std::string text = to_json(index);
  CHECK(parse_index(text, media_type::kIndex) == index);
  CHECK(to_json(parse_index(text, "")) == text);
  CHECK(find_platform(index, {"linux", "amd64"}) == &index.manifests[3]);
  CHECK(find_platform(index, {"linux", "amd64", "v3"}) == &index.manifests[3]);
  CHECK(find_platform(index, {"linux", "arm64"}) == &index.manifests[4]);
  CHECK(find_platform(index, {"linux", "arm", "v8"}) == &index.manifests[2]);
  CHECK(find_platform(index, {"linux", "arm", "v5"}) == nullptr);
  CHECK(find_platform(index, {"unknown", "unknown"}) == nullptr);
}

// security.N19 security.N20 security.N22
TEST_CASE("documents that could be read in two ways are refused") {
  refused(manifest_with(R"(,"manifests":[])"), "", ErrorKind::corrupt, "at once");
  refused(manifest_with(R"(,"layers":[])"), "", ErrorKind::corrupt, "duplicate key 'layers'");
  refused(manifest_with(R"(,"Layers":[])"), "", ErrorKind::corrupt, "upper and lower case");
  refused(kManifestText, media_type::kIndex, ErrorKind::corrupt, "calls itself");
  refused(manifest_with(""), media_type::kIndex, ErrorKind::corrupt, "does not fit");
  refused("\xef\xbb\xbf" + kManifestText, "", ErrorKind::corrupt, "byte order mark");
  refused(kManifestText + "x", "", ErrorKind::corrupt, "at byte");
  refused("", "", ErrorKind::corrupt, "at byte 0");
}

// security.N3 security.N21
TEST_CASE("what cooper does not read is refused by name") {
  refused(R"({"schemaVersion":1,"fsLayers":[]})", "", ErrorKind::unsupported, "schema 1");
  refused(R"({"schemaVersion":2,"fsLayers":[],"manifests":[]})", "", ErrorKind::unsupported,
          "schema 1");
  refused(manifest_with(""), "application/vnd.example+json", ErrorKind::unsupported, "vnd.example");
  const std::string foreign =
      kLayer.substr(0, kLayer.size() - 1) + R"(,"urls":["http://127.0.0.1/x"]})";
  refused(R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + foreign + "]}", "",
          ErrorKind::unsupported, "foreign");
}

TEST_CASE("bad members are named") {
  refused("[]", "", ErrorKind::corrupt, "not an object");
  refused("{}", "", ErrorKind::corrupt, "schemaVersion is missing");
  refused(R"({"schemaVersion":2})", "", ErrorKind::corrupt, "neither layers nor manifests");
  refused(R"({"schemaVersion":2,"config":)" + kConfig + "}", "", ErrorKind::corrupt,
          "layers is missing");
  refused(R"({"schemaVersion":2,"layers":[]})", "", ErrorKind::corrupt, "config is missing");
  const auto with_size = [](const std::string& size) {
    return R"({"schemaVersion":2,"manifests":[{"mediaType":"m","digest":")" + kDigest +
           R"(","size":)" + size + "}]}";
  };
  refused(with_size("-1"), "", ErrorKind::corrupt, "manifests[0].size is negative");
  refused(with_size("9223372036854775808"), "", ErrorKind::corrupt, "size is not a 64-bit integer");
  refused(with_size("1.5"), "", ErrorKind::corrupt, "size is not a 64-bit integer");
  refused(with_size("1e400"), "", ErrorKind::corrupt, "at byte");
  refused(with_size("\"1\""), "", ErrorKind::corrupt, "size is not");
  refused(
      R"({"schemaVersion":2,"manifests":[{"mediaType":"m","digest":"sha256:../../x","size":1}]})",
      "", ErrorKind::corrupt, "manifests[0].digest");
  refused(R"({"schemaVersion":2,"manifests":[{"mediaType":"\u0000","digest":")" + kDigest +
              R"(","size":1}]})",
          "", ErrorKind::corrupt, "NUL");
  refused("{\"schemaVersion\":2,\"manifests\":[],\"x\":\"\xff\"}", "", ErrorKind::corrupt,
          "at byte");
}

// security.N22
TEST_CASE("limits") {
  refused(std::string((4 << 20) + 1, ' '), "", ErrorKind::limit, "larger");
  refused(std::string(10000, '['), "", ErrorKind::limit, "deeper");
  std::string layers;
  for (std::size_t i = 0; i <= 500; ++i) layers += (i > 0 ? "," : "") + kLayer;
  refused(R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + layers + "]}", "",
          ErrorKind::limit, "layers has more than 500");
}

// security.N23
TEST_CASE("equal layers, an empty list and null lists are fine") {
  CHECK(parse_manifest(R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":[)" + kLayer +
                           "," + kLayer + "]}",
                       "")
            .layers.size() == 2);
  CHECK(
      parse_manifest(
          R"({"schemaVersion":2,"config":)" + kConfig + R"(,"layers":null,"annotations":null})", "")
          .layers.empty());
  CHECK_THROWS_AS(static_cast<void>(parse_index(kManifestText, "")), Error);
}
