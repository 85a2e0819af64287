#include "images/validate.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "images/copy_image.h"
#include "tests/unit/images/images_fixture.h"

namespace cooper::images {
namespace {

struct Checks : test::ImagesFixture {
  std::string found(const std::string& text) {
    std::string out;
    for (const Disagreement& one : validate(*open(text), store, {}).disagreements)
      out += one.thing.substr(0, one.thing.find(' ')) + ": " + one.cause + "\n";
    return out;
  }
  // A configuration and manifest that say something else than is true.
  std::string with_config(const std::string& text) {
    config = test::sample_blob(text, std::string(oci::media_type::kConfig));
    put("team/site", "odd", test::sample_manifest(config, {layer}),
        std::string(oci::media_type::kManifest));
    return found("fake.example/team/site:odd");
  }
};

TEST_CASE("a sound image and a sound index") {
  Checks f;
  f.put_index();
  const Validation image = validate(*f.open("fake.example/team/site:app"), f.store, {});
  CHECK(image.disagreements.empty());
  CHECK(image.documents == 2);
  CHECK(image.layers == 1);
  CHECK(image.bytes == 1024);
  CHECK(validate(*f.open("fake.example/team/site:all"), f.store, {}).documents == 3);
  CHECK(f.found("fake.example/team/site:all") == "");
}

TEST_CASE("every disagreement is told") {
  Checks f;
  const std::string other = oci::Digest::of_bytes("other").to_string();
  CHECK(f.with_config(
            R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" +
            other + R"("]}})") == "layer: its DiffID is " + f.layer.descriptor.digest.to_string() +
                                      ", the configuration says " + other + "\n");
  CHECK(f.with_config(
            R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},)"
            R"("history":[{},{"empty_layer":true},{}]})") ==
        "configuration: it has 0 DiffIDs, the manifest 1 layers\n"
        "configuration: its history tells of 2 layers, the manifest has 1\n");
  CHECK(f.with_config("{").find("configuration: ") == 0);
}

TEST_CASE("a tar that is cut short, and a layer that is two in the configuration") {
  Checks f;
  std::string header(512, '\0');
  header.replace(0, 4, "file");
  header.replace(100, 7, "0000644");
  header.replace(124, 11, "00000010000");  // 4 KiB that do not follow
  header[156] = '0';
  header.replace(257, 6, std::string("ustar\0", 6));
  header.replace(263, 2, "00");
  header.replace(148, 8, "        ");
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  for (int i = 5; i >= 0; --i, sum /= 8)
    header[148 + static_cast<std::size_t>(i)] = static_cast<char>('0' + sum % 8);
  header[154] = '\0';
  f.layer = test::sample_blob(header, std::string(oci::media_type::kLayerTar));
  CHECK(f.with_config(
            R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" +
            f.layer.descriptor.digest.to_string() + R"("]}})") == "layer: the tar is cut short\n");

  Checks twice;
  const std::string real = twice.layer.descriptor.digest.to_string();
  const std::string other = oci::Digest::of_bytes("other").to_string();
  twice.config = test::sample_blob(
      R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[")" + real +
          R"(",")" + other + R"("]}})",
      std::string(oci::media_type::kConfig));
  twice.put("team/site", "two", test::sample_manifest(twice.config, {twice.layer, twice.layer}),
            std::string(oci::media_type::kManifest));
  CHECK(twice.found("fake.example/team/site:two").find("its DiffID is " + real) !=
        std::string::npos);
}

TEST_CASE("attestations and artifacts are valid where their blobs are what they should be") {
  Checks f;
  const auto statement = test::sample_blob(R"({"_type":"x"})", "application/vnd.in-toto+json");
  f.layer = statement;
  CHECK(f.with_config(
            R"({"architecture":"unknown","os":"unknown","rootfs":{"type":"layers","diff_ids":[")" +
            statement.descriptor.digest.to_string() + R"("]}})") == "");
  f.layer = test::sample_blob("signature", "text/plain");
  f.config = test::sample_blob("{}", "application/vnd.oci.empty.v1+json");
  f.put("team/site", "signed", test::sample_manifest(f.config, {f.layer}),
        std::string(oci::media_type::kManifest));
  CHECK(f.found("fake.example/team/site:signed") == "");
  f.stored().blobs[f.layer.descriptor.digest.to_string()] = "Signature";
  CHECK(f.found("fake.example/team/site:signed").find("blob: its bytes have digest") == 0);
}

TEST_CASE("damage is told, and the rest is looked at all the same") {
  Checks f;
  const std::string layout = "oci-layout://" + f.directory.path() + "/layout:app";
  static_cast<void>(
      copy_image(*f.open("fake.example/team/site:app"), layout, f.client, f.store, {}, {}));
  CHECK(f.found(layout) == "");
  const std::string blobs = f.directory.path() + "/layout/blobs/sha256/";
  const base::Fd folder = base::open_host_directory(blobs);
  base::write_file_at(folder.get(), f.layer.descriptor.digest.hex(), std::string(1024, 'x'));
  base::write_file_at(folder.get(), f.config.descriptor.digest.hex(), f.config.bytes + " ");
  const std::string found = f.found(layout);
  CHECK(found.find("configuration: its bytes have digest ") != std::string::npos);
  CHECK(found.find("configuration: it has " + std::to_string(f.config.bytes.size() + 1)) !=
        std::string::npos);
  CHECK(found.find("layer: its bytes have digest ") != std::string::npos);
  f.stored().blobs.erase(f.layer.descriptor.digest.to_string());
  CHECK(f.found("fake.example/team/site:app").find("layer: ") == 0);
  CHECK_THROWS_AS(f.found("fake.example/team/site:none"), base::Error);
}

}  // namespace
}  // namespace cooper::images
