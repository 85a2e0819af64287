// Images of several platforms, with COPY alone.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "builder/build.h"
#include "layer/layer_fixture.h"

using namespace cooper;
namespace fs = std::filesystem;

namespace {

struct Box {
  layer::test::TempStore temp;
  std::string context = temp.path() + "/context";
  std::vector<std::string> labels;

  explicit Box(const char* dockerfile) {
    fs::create_directories(context);
    std::ofstream(context + "/Dockerfile") << dockerfile;
    std::ofstream(context + "/a") << "1";
  }
  BuildTarget target(const std::string& name, std::vector<std::string> platforms) const {
    BuildTarget target;
    target.name = name;
    target.context = context;
    target.stage = name;
    target.tags = {"registry.example/site:" + (name.empty() ? std::string("1") : name)};
    target.platforms = std::move(platforms);
    return target;
  }
  BuildReport build(std::vector<BuildTarget> targets) {
    BuildRequest request;
    request.targets = std::move(targets);
    request.layers.clamp_mtime = 1700000000;
    request.host = {"linux", "amd64"};
    BuildTools tools{temp.store(), {}, {}, {}, nullptr, {}, {}, {}, {}, {}};
    tools.on_plan = [this](const plan::Plan& plan) {
      for (const plan::Step& step : plan.graph.steps) labels.push_back(step.label);
    };
    tools.on_event = [](const engine::Event&) {};
    return cooper::build(request, tools, {});
  }
  oci::Index index(const BuildReport& report, std::size_t image = 0) {
    const oci::Descriptor& top = report.images.at(image).manifest;
    const auto text = temp.store().read_document(top.digest);
    REQUIRE(text);
    return oci::parse_index(*text, top.media_type);
  }
  oci::ImageConfig config(const oci::Descriptor& entry) {
    const auto manifest = temp.store().read_document(entry.digest);
    REQUIRE(manifest);
    const auto config =
        temp.store().read_document(oci::parse_manifest(*manifest, entry.media_type).config.digest);
    REQUIRE(config);
    return oci::parse_image_config(*config);
  }
};

}  // namespace

TEST_CASE("several platforms are an index; arguments are each platform's own") {
  Box box(
      "FROM scratch\nARG TARGETPLATFORM\nARG BUILDPLATFORM\nCOPY a /$TARGETPLATFORM\n"
      "LABEL for=$TARGETPLATFORM on=$BUILDPLATFORM\n");
  const BuildReport report =
      box.build({box.target("", {"linux/arm64", "amd64", "linux/arm/v7", "linux/arm64/v8"})});
  const oci::Index index = box.index(report);
  REQUIRE(index.manifests.size() == 3);
  const std::vector<std::string> platforms = {"linux/arm64", "linux/amd64", "linux/arm/v7"};
  for (std::size_t i = 0; i < 3; ++i) {
    const oci::Descriptor& entry = index.manifests[i];
    REQUIRE(entry.platform);
    CHECK(oci::to_string(oci::normalize(*entry.platform)) == platforms[i]);
    const oci::ImageConfig config = box.config(entry);
    CHECK(oci::to_string(oci::normalize(config.platform)) == platforms[i]);
    CHECK(config.config.labels.at("for") == platforms[i]);
    CHECK(config.config.labels.at("on") == "linux/amd64");
  }
  CHECK_FALSE(report.images[0].config);
  const auto stored = box.temp.store().find_image("registry.example/site:1");
  REQUIRE(stored);
  CHECK(stored->digest == report.images[0].manifest.digest);
  CHECK(std::ranges::find(box.labels, "[linux/arm64 1/1] COPY a /$TARGETPLATFORM") !=
        box.labels.end());
  CHECK(box.build({box.target("", {"linux/arm64", "amd64", "linux/arm/v7"})})
            .images[0]
            .manifest.digest == stored->digest);
}

TEST_CASE("what is the same on all platforms is done once") {
  Box box("FROM scratch\nCOPY a /a\n");
  const BuildReport report = box.build({box.target("", {"linux/arm64", "linux/amd64"})});
  const oci::Index index = box.index(report);
  CHECK(box.config(index.manifests[0]).diff_ids == box.config(index.manifests[1]).diff_ids);
}

TEST_CASE("one platform is an index when that is asked") {
  Box box("FROM scratch\nCOPY a /a\n");
  BuildTarget target = box.target("", {"linux/arm64"});
  CHECK(box.build({target}).images[0].config);
  target.build_args["BUILDKIT_MULTI_PLATFORM"] = "1";
  CHECK(box.index(box.build({target})).manifests.size() == 1);
}

TEST_CASE("the result of a target is that for the platform it is used on") {
  Box box(
      "FROM scratch AS base\nARG TARGETARCH\nLABEL arch=$TARGETARCH\nFROM given AS app\n"
      "COPY a /a\n");
  BuildTarget app = box.target("app", {"linux/arm64", "linux/amd64"});
  app.contexts["given"] = "target:base";
  const BuildReport report = box.build({box.target("base", {"linux/amd64", "linux/arm64"}), app});
  const oci::Index index = box.index(report, 1);
  CHECK(box.config(index.manifests[0]).config.labels.at("arch") == "arm64");
  CHECK(box.config(index.manifests[1]).config.labels.at("arch") == "amd64");
  CHECK_THROWS_WITH_AS(box.build({box.target("base", {}), app}),
                       doctest::Contains("it is not built for linux/arm64"), base::Error);
}

TEST_CASE("a foreign RUN is refused before the first step") {
  Box box("FROM scratch\nCOPY a /a\nRUN [\"/a\"]\n");
  try {
    static_cast<void>(box.build({box.target("", {"linux/amd64", "linux/mips64"})}));
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unsupported);
    CHECK(error.spot()->line == 3);
    CHECK(error.spot()->line_text == "RUN [\"/a\"]");
  }
  CHECK(box.temp.store().list_images().empty());
}
