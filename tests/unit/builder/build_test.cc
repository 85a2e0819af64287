// The pipeline from a request to images, with COPY alone: no sandbox, no network.
#include "builder/build.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "layer/layer_fixture.h"

using namespace cooper;
namespace fs = std::filesystem;

namespace {

struct Box {
  layer::test::TempStore temp;
  std::string context = temp.path() + "/context";
  std::vector<engine::Event> events;
  std::size_t exported = 0;

  Box() { fs::create_directories(context); }

  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(context + "/" + name).parent_path());
    std::ofstream(context + "/" + name) << text;
  }
  BuildTarget target(const std::string& name, const std::string& stage) const {
    BuildTarget target;
    target.name = name;
    target.context = context;
    target.stage = stage;
    target.tags = {"registry.example/site:" + name};
    return target;
  }
  BuildReport build(std::vector<BuildTarget> targets) {
    BuildRequest request;
    request.targets = std::move(targets);
    request.layers.clamp_mtime = 1700000000;
    request.host = {"linux", "amd64"};
    BuildTools tools{temp.store(), {}, {}, {}, nullptr, {}, {}, {}, {}, {}};
    tools.export_images = [this](const std::vector<export_::ExportJob>& jobs, std::stop_token) {
      exported += jobs.size();
      return std::vector<export_::ExportOutcome>(jobs.size(), {100, 50, {}, {}});
    };
    tools.on_event = [this](const engine::Event& event) { events.push_back(event); };
    events.clear();
    return cooper::build(request, tools, {});
  }
};

constexpr const char* kTwoRoles = R"(FROM scratch AS shared
COPY a /a
FROM shared AS app
COPY b /b
FROM shared AS worker
LABEL role=worker
)";

}  // namespace

TEST_CASE("two targets are one graph, and go into the store") {
  Box box;
  box.write("a", "1");
  box.write("b", "2");
  box.write("Dockerfile", kTwoRoles);
  const auto targets = std::vector{box.target("app", "app"), box.target("worker", "worker")};
  const BuildReport first = box.build(targets);
  CHECK(first.steps == 2);
  CHECK(first.cached_steps == 0);
  REQUIRE(first.images.size() == 2);
  CHECK(first.images[0].layers[0] == first.images[1].layers[0]);
  const auto stored = box.temp.store().find_image("registry.example/site:app");
  REQUIRE(stored);
  CHECK(stored->digest == first.images[0].manifest.digest);

  const BuildReport again = box.build(targets);
  CHECK(again.cached_steps == 2);
  CHECK(again.images[0].manifest.digest == first.images[0].manifest.digest);
  CHECK(again.images[1].manifest.digest == first.images[1].manifest.digest);

  box.write("b", "3");
  const BuildReport changed = box.build(targets);
  CHECK(changed.cached_steps == 1);
  CHECK(changed.images[0].manifest.digest != first.images[0].manifest.digest);
  CHECK(changed.images[1].manifest.digest == first.images[1].manifest.digest);
}

TEST_CASE("what goes elsewhere is handed over once, all together") {
  Box box;
  box.write("a", "1");
  box.write("b", "2");
  box.write("Dockerfile", kTwoRoles);
  auto targets = std::vector{box.target("app", "app"), box.target("worker", "worker")};
  for (BuildTarget& target : targets)
    target.outputs.push_back({export_::Kind::registry, "", false, {}});
  const BuildReport report = box.build(targets);
  CHECK(box.exported == 2);
  CHECK(report.images[1].pushed_bytes == 100);
  CHECK(report.images[1].reused_bytes == 50);
}

TEST_CASE("an error about a line shows the line") {
  Box box;
  box.write("Dockerfile", "FROM scratch\n\nCOPY absent /x\n");
  try {
    static_cast<void>(box.build({box.target("app", "")}));
    FAIL("no error");
  } catch (const base::Error& error) {
    REQUIRE(error.spot());
    CHECK(error.spot()->line == 3);
    CHECK(error.spot()->line_text == "COPY absent /x");
  }
  CHECK(box.temp.store().list_images().empty());
}
