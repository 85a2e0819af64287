#include "builder/engine/assemble.h"

#include <doctest/doctest.h>

#include "oci/media_type.h"

using namespace cooper;
using engine::StepResult;

namespace {

oci::DiffId diff(const std::string& text) { return oci::DiffId::of_bytes(text); }

oci::Descriptor blob(const std::string& text, std::string_view type = oci::media_type::kLayerGzip) {
  return {std::string(type), oci::Digest::of_bytes(text), text.size()};
}

// FROM an image of one layer; LABEL; RUN (step 1); CMD.
struct Case {
  plan::TargetImage target;
  std::vector<StepResult> results;
  std::vector<oci::Descriptor> layers{blob("base", oci::media_type::kDockerLayerGzip), blob("run")};

  Case() {
    target.name = "app";
    target.result = 1;
    target.platform = {"linux", "amd64"};
    target.config.platform = target.platform;
    target.config.history.push_back({"2020-01-02T03:04:05Z", "base", "", "", false});
    target.base_history = 1;
    target.history = {{std::nullopt, "LABEL a=b"}, {1, "RUN x"}, {std::nullopt, "CMD y"}};
    results = {StepResult{oci::LayerChain({diff("base")}), 0, true},
               StepResult{oci::LayerChain({diff("base"), diff("run")}), 1700000000, false}};
  }
  engine::AssembledImage made(std::optional<std::int64_t> epoch = std::nullopt,
                              const std::map<std::string, std::string>& annotations = {}) {
    return engine::assemble(target, results, layers, epoch, annotations);
  }
};

}  // namespace

TEST_CASE("history has one entry with a layer for each layer, in order, with times") {
  const engine::AssembledImage image = Case().made();
  CHECK(image.config.diff_ids == std::vector{diff("base"), diff("run")});
  REQUIRE(image.config.history.size() == 4);
  CHECK(image.config.history[1].empty_layer);
  CHECK(image.config.history[0].created == "2020-01-02T03:04:05Z");
  CHECK(image.config.history[1].created == "2023-11-14T22:13:20Z");
  CHECK(!image.config.history[2].empty_layer);
  CHECK(image.config.history[2].created_by == "RUN x");
  CHECK(image.config.history[2].created == "2023-11-14T22:13:20Z");
  CHECK(image.config.history[3].created == "2023-11-14T22:13:20Z");
  CHECK(image.config.created == "2023-11-14T22:13:20Z");
}

TEST_CASE("the documents name each other and can be read back") {
  const engine::AssembledImage image = Case().made(std::nullopt, {{"a", "b"}});
  CHECK(image.manifest.digest == oci::Digest::of_bytes(image.manifest_bytes));
  CHECK(image.manifest.size == image.manifest_bytes.size());
  const oci::Manifest manifest = oci::parse_manifest(image.manifest_bytes, "");
  CHECK(manifest == image.parsed);
  CHECK(manifest.config.digest == oci::Digest::of_bytes(image.config_bytes));
  CHECK(manifest.annotations.at("a") == "b");
  CHECK(manifest.layers[0].media_type == oci::media_type::kLayerGzip);
  CHECK(manifest.layers[0].digest == blob("base").digest);
  CHECK(oci::parse_image_config(image.config_bytes) == image.config);
}

TEST_CASE("the same results give the same bytes; an epoch takes the clock out") {
  Case one, other;
  CHECK(one.made().manifest_bytes == other.made().manifest_bytes);
  other.results[1].created += 5;
  CHECK(one.made().manifest_bytes != other.made().manifest_bytes);
  CHECK(one.made(1000).manifest_bytes == other.made(1000).manifest_bytes);
  const engine::AssembledImage image = one.made(1000);
  CHECK(image.config.created == "1970-01-01T00:16:40Z");
  CHECK(image.config.history[0].created == "2020-01-02T03:04:05Z");
  CHECK(image.config.history[3].created == "1970-01-01T00:16:40Z");
}

TEST_CASE("a base without history gets an entry for each of its layers") {
  Case bare;
  bare.target.config.history.clear();
  bare.target.base_history = 0;
  const engine::AssembledImage image = bare.made();
  REQUIRE(image.config.history.size() == 4);
  CHECK(!image.config.history[0].empty_layer);
  CHECK(image.config.history[1].created_by == "LABEL a=b");
}
