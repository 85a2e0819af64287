#include "images/rebuild_difference.h"

#include <doctest/doctest.h>

#include "oci/media_type.h"

namespace cooper::images {
namespace {

oci::Descriptor layer(const std::string& bytes) {
  return {std::string(oci::media_type::kLayerGzip), oci::Digest::of_bytes(bytes), bytes.size()};
}

oci::DiffId diff_id(const std::string& bytes) {
  return oci::DiffId::parse(oci::Digest::of_bytes(bytes).to_string());
}

// Two layers, with an instruction between them that made none.
ImageDocuments sample() {
  const oci::Descriptor config{std::string(oci::media_type::kConfig),
                               oci::Digest::of_bytes("config"), 6};
  ImageDocuments image{{std::string(oci::media_type::kManifest), config, {layer("a"), layer("b")}},
                       {}};
  image.config.diff_ids = {diff_id("A"), diff_id("B")};
  image.config.history = {
      {"", "COPY a", "", "", false}, {"", "ENV x=y", "", "", true}, {"", "RUN b", "", "", false}};
  return image;
}

TEST_CASE("equal images have no differences") {
  CHECK_FALSE(first_layer_difference(sample(), sample()).has_value());
  CHECK(compare_manifests(sample(), sample()).empty());
}

TEST_CASE("the first layer that differs, and the step that made it") {
  ImageDocuments after = sample();
  after.manifest.layers[1] = layer("c");
  after.config.diff_ids[1] = diff_id("C");
  const auto found = first_layer_difference(sample(), after);
  REQUIRE(found.has_value());
  CHECK(found->number == 2);
  CHECK(found->before->digest == layer("b").digest);
  CHECK(found->after->digest == layer("c").digest);
  CHECK(found->step == "RUN b");
  CHECK_FALSE(found->same_content);
  after.config.diff_ids = sample().config.diff_ids;
  CHECK(first_layer_difference(sample(), after)->same_content);
}

TEST_CASE("a layer more, a layer less") {
  ImageDocuments after = sample();
  after.manifest.layers.push_back(layer("c"));
  after.config.diff_ids.push_back(diff_id("C"));
  after.config.history.push_back({"", "COPY c", "", "", false});
  const auto more = first_layer_difference(sample(), after);
  CHECK(more->number == 3);
  CHECK_FALSE(more->before.has_value());
  CHECK(more->step == "COPY c");
  CHECK_FALSE(first_layer_difference(after, sample())->after.has_value());
}

TEST_CASE("annotations, media types and the history count") {
  ImageDocuments after = sample();
  after.manifest.annotations["who"] = "me";
  after.manifest.media_type = oci::media_type::kDockerManifest;
  after.config.history[1].created_by = "ENV x=z";
  std::vector<std::string> members;
  for (const MemberDifference& one : compare_manifests(sample(), after))
    members.push_back(one.member);
  CHECK(members ==
        std::vector<std::string>{"annotations.who", "history.002.createdBy", "mediaType"});
}

}  // namespace
}  // namespace cooper::images
