// Rows F1-F9, C13: which stage, context or image a name means, and what is reached.
#include <doctest/doctest.h>

#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

TEST_CASE("F2 a stage comes before an image, a named context before both") {
  const char* text = "FROM a AS php\nRUN one\nFROM php\nRUN two\n";
  PlanCase stage(text);
  CHECK(stage.plan().graph.steps.size() == 3);
  CHECK(stage.resolved_names == Words{"docker.io/library/a:latest"});

  PlanCase context(text);
  context.request().image_contexts = {{"php", "oci-layout:///bases/php"}};
  CHECK(context.plan().graph.steps.size() == 2);
  CHECK(context.resolved_names == Words{"oci-layout:///bases/php"});
}

TEST_CASE("F2 a named context matches however the reference is spelled") {
  for (const char* name :
       {"docker.io/library/php:8.3", "php:8.3", "library/php:8.3", "php:8.3::linux/amd64"}) {
    CAPTURE(name);
    PlanCase test("FROM php:8.3\n");
    test.request().image_contexts = {{name, "oci-layout:///x"}};
    static_cast<void>(test.plan());
    CHECK(test.resolved_names == Words{"oci-layout:///x"});
  }
  PlanCase other("FROM php:8.3\n");
  other.request().image_contexts = {{"php:8.4", "oci-layout:///x"},
                                    {"php:8.3::linux/arm64", "oci-layout:///y"}};
  static_cast<void>(other.plan());
  CHECK(other.resolved_names == Words{"docker.io/library/php:8.3"});
}

TEST_CASE("F2 the keys of outside images name the platform") {
  PlanCase test(
      "FROM --platform=arm64 "
      "php:8.3@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n");
  const auto images = list_external_images(test.requests, {});
  REQUIRE(images.size() == 1);
  CHECK(images.front().key == images.front().location + "@linux/arm64");
  CHECK(images.front().where.first_line == 1);
}

TEST_CASE("F2 a directory as FROM and as a source") {
  PlanCase test(
      "FROM files AS base\nFROM scratch\nCOPY --from=files /a /b\nCOPY --from=base /c /d\n");
  test.request().local_contexts = {"files"};
  test.request().context_identity = {{"files", "dir 1"}};
  const Plan plan = test.plan();
  REQUIRE(plan.graph.contexts.size() == 1);
  CHECK(plan.graph.contexts.front().identity == "dir 1");
  CHECK(last_copy(plan).from == Input(StepInput{1}));
  CHECK(std::get<CopyOp>(plan.graph.steps[2].op).from == Input(ContextInput{0}));
}

TEST_CASE("F2 scratch is never an image") {
  PlanCase test("FROM scratch\nCOPY --from=scratch / /\n");
  test.request().image_contexts = {{"scratch", "oci-layout:///x"}};
  const Plan plan = test.plan();
  CHECK(test.resolved_names.empty());
  CHECK(last_copy(plan).from == Input(StepInput{0}));
}

TEST_CASE("F3 sources are found in any spelling and by number, FROM is not") {
  const char* text = "FROM a AS one\nRUN x\nFROM b\nCOPY --from=ONE /1 /\nCOPY --from=0 /2 /\n";
  PlanCase test(text);
  const Plan plan = test.plan();
  CHECK(std::get<CopyOp>(plan.graph.steps[3].op).from == Input(StepInput{1}));
  CHECK(std::get<CopyOp>(plan.graph.steps[4].op).from == Input(StepInput{1}));
  test.request().target_stage = "One";
  CHECK(test.plan().graph.steps.size() == 2);

  PlanCase from("FROM a AS one\nFROM ONE\n");
  CHECK(from.error().find("stage names are lower case in FROM: write 'one'") != std::string::npos);
}

TEST_CASE("F4 of two stages with one name the later one is meant") {
  PlanCase test("FROM a AS x\nRUN first\nFROM b AS x\nRUN second\nFROM x\nRUN third\n");
  const Plan plan = test.plan();
  CHECK(test.resolved_names == Words{"docker.io/library/b:latest"});
  CHECK(plan.graph.steps.size() == 3);
}

TEST_CASE("F5 only what the target needs is planned and resolved") {
  PlanCase test(
      "FROM a AS unused\nRUN never\nFROM b AS used\nRUN one\nFROM c AS app\nCOPY --from=used /x "
      "/x\nFROM d AS last\n");
  test.request().target_stage = "app";
  const Plan plan = test.plan();
  CHECK(test.resolved_names == Words{"docker.io/library/b:latest", "docker.io/library/c:latest"});
  CHECK(labels_of(plan) == Words{"[used 1/2] FROM docker.io/library/b:latest", "[used 2/2] RUN one",
                                 "[app 1/2] FROM docker.io/library/c:latest",
                                 "[app 2/2] COPY --from=used /x /x"});
}

TEST_CASE("F5 an unknown target") {
  PlanCase test("FROM a AS runtime\nFROM b AS app\n");
  test.request().target_stage = "runtme";
  CHECK(
      test.error() ==
      "find target stage 'runtme': no stage of Dockerfile has this name | did you mean 'runtime'?");
  test.request().target_stage = "zzzzzzzz";
  CHECK(test.error().ends_with("| its stages are: runtime, app"));
}

TEST_CASE("F7 a base without layers is scratch with a configuration") {
  PlanCase test("FROM base\nCOPY a /\n");
  BaseImage image = make_image("base", [](oci::RunConfig& config) { config.user = "u"; });
  image.layers.clear();
  image.config.diff_ids.clear();
  image.config.history.clear();
  test.images.emplace("docker.io/library/base:latest", image);
  const Plan plan = test.plan();
  CHECK(std::holds_alternative<ScratchOp>(plan.graph.steps.front().op));
  CHECK(plan.graph.images.empty());
  CHECK(config_of(plan).user == "u");
}

TEST_CASE("F8 circles and later stages") {
  struct Row {
    const char* text;
    const char* error;
  };
  const std::vector<Row> rows = {
      {"FROM a AS x\nCOPY --from=x /a /b\n",
       "2: order the stages of 'Dockerfile': circular dependency: x -> x"},
      {"FROM a AS x\nCOPY --from=y /a /b\nFROM x AS y\n",
       "3: order the stages of 'Dockerfile': circular dependency: x -> y -> x"},
      {"FROM a AS x\nRUN --mount=from=y,target=/y true\nFROM b AS y\nCOPY --from=0 /a /b\n",
       "4: order the stages of 'Dockerfile': circular dependency: x -> y -> x"},
      {"FROM a\nCOPY --from=y /a /b\nFROM b AS y\nRUN x\nFROM c\nCOPY --from=0 / /\n",
       "2: copy from stage 'y': it must be defined before stage 'stage-0'"},
      {"FROM a\nCOPY --from=7 /a /b\n", "2: find stage '7': there are 1 stages, counted from 0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    PlanCase test(row.text);
    CHECK(test.error() == row.error);
  }
}

TEST_CASE("F9 platforms of FROM") {
  PlanCase test(
      "FROM --platform=$BUILDPLATFORM a AS tool\nRUN x\nFROM b\nCOPY --from=tool /x /x\n");
  test.request().platform = {"linux", "arm64"};
  const Plan plan = test.plan();
  CHECK(plan.graph.steps[1].platform == oci::Platform{"linux", "amd64"});
  CHECK(plan.graph.steps[3].platform == oci::Platform{"linux", "arm64"});
  PlanCase bad("FROM a\nFROM --platform=${NOPE} a\n");
  CHECK(bad.error().starts_with("2: read FROM --platform"));
}

TEST_CASE("C13 --from: images, no variables") {
  PlanCase image("FROM a\nCOPY --from=busybox:1 /bin/sh /sh\n");
  const Plan plan = image.plan();
  CHECK(image.resolved_names == Words{"docker.io/library/a:latest", "docker.io/library/busybox:1"});
  CHECK(plan.graph.images.size() == 2);
  PlanCase variable("ARG V=1\nFROM a\nCOPY --from=x:$V / /\n");
  CHECK(variable.error().starts_with("3: read --from 'x:$V': variables are not expanded here"));
  PlanCase typo("FROM a AS vendor\nFROM b\nCOPY --from=Vendr: / /\n");
  CHECK(typo.error().find("did you mean stage 'vendor'?") != std::string::npos);
}

TEST_CASE("target contexts: the result of one request is a stage of the next") {
  PlanCase test(
      "FROM a\nENV FROM_BASE=1\nLABEL base=1\nCMD [\"c\"]\nRUN base\nONBUILD RUN triggered\n");
  test.request().labels = {{"cli", "1"}};
  TargetRequest next = test.request();
  next.name = "app";
  next.labels.clear();
  next.file =
      test.add_file("FROM runtime\nRUN --mount=from=runtime,target=/r app\n", "app.Dockerfile");
  next.target_contexts = {{"runtime", "t"}};
  test.requests.push_back(next);
  const Plan plan = test.plan();
  REQUIRE(plan.graph.targets.size() == 2);
  const TargetImage& app = plan.graph.targets.back();
  CHECK(app.config.config.labels.size() == 2);
  CHECK(app.config.config.on_build.empty());
  CHECK(oci::env_value(app.config.config.env, "FROM_BASE") == "1");
  CHECK(app.history.size() == 6);
  CHECK(labels_of(plan).back() == "[2/2] RUN --mount=from=runtime,target=/r app");
  CHECK(last_run(plan).mounts.front().input == Input(StepInput{plan.graph.targets.front().result}));

  std::swap(test.requests.front(), test.requests.back());
  CHECK(
      test.error().starts_with("use the result of target 't': context 'runtime' of target 'app'"));
}

TEST_CASE("no-cache is a wish for a whole build or for some stages") {
  PlanCase test("FROM a AS x\nRUN one\nFROM b AS y\nCOPY --from=x / /\n");
  test.request().no_cache_stages = {"X"};
  Plan plan = test.plan();
  CHECK(plan.graph.steps[1].no_cache);
  CHECK_FALSE(plan.graph.steps[3].no_cache);
  test.request().no_cache = true;
  CHECK(test.plan().graph.steps[3].no_cache);
}

TEST_CASE("make_plan refuses to plan with an image nobody resolved") {
  PlanCase test("FROM a\n");
  CHECK_THROWS_AS(static_cast<void>(make_plan(test.requests, {})), base::Error);
}

}  // namespace cooper::plan
