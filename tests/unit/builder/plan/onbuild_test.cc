// Row M13: triggers of base images and base stages.
#include <doctest/doctest.h>

#include "base/limits.h"
#include "builder/plan/stage_instructions.h"
#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

namespace {

void give_triggers(PlanCase& test, const Words& triggers) {
  test.images.emplace(
      "docker.io/library/base:latest",
      make_image("base", [&](oci::RunConfig& config) { config.on_build = triggers; }));
}

}  // namespace

TEST_CASE("M13 triggers of a base image run right after FROM and are gone") {
  PlanCase test("FROM base\nENV V=late\nRUN own\n");
  give_triggers(test, {"ENV V=early", "RUN trigger $V", "COPY . /src/$V"});
  const Plan plan = test.plan();
  CHECK(labels_of(plan) == Words{"[1/4] FROM docker.io/library/base:latest",
                                 "[2/4] ONBUILD RUN trigger $V", "[3/4] ONBUILD COPY . /src/$V",
                                 "[4/4] RUN own"});
  CHECK(last_copy(plan).destination == "/src/early");
  CHECK(config_of(plan).on_build.empty());
  CHECK(plan.graph.steps[1].where.first_line == 1);
}

TEST_CASE("M13 triggers of a base stage run in its children, not in grandchildren") {
  PlanCase test("FROM a AS x\nONBUILD RUN trigger\nFROM x AS y\nRUN own\nFROM y\nRUN last\n");
  const Plan plan = test.plan();
  CHECK(labels_of(plan) == Words{"[x 1/1] FROM docker.io/library/a:latest",
                                 "[y 1/2] ONBUILD RUN trigger", "[y 2/2] RUN own",
                                 "[stage-2 1/1] RUN last"});
}

TEST_CASE("M13 the target's own ONBUILD is in its configuration, without history") {
  PlanCase test("FROM a\nONBUILD COPY . /app\nONBUILD RUN make\n");
  const Plan plan = test.plan();
  CHECK(config_of(plan).on_build == Words{"COPY . /app", "RUN make"});
  CHECK(history_of(plan).empty());
}

TEST_CASE("M13 triggers may name stages of this file and further images") {
  PlanCase test("FROM a AS assets\nRUN make\nFROM base\n");
  give_triggers(test, {"COPY --from=assets /out /out", "RUN --mount=from=tools,target=/t x"});
  const Plan plan = test.plan();
  CHECK(test.resolved_names == Words{"docker.io/library/base:latest", "docker.io/library/a:latest",
                                     "docker.io/library/tools:latest"});
  CHECK(last_copy(plan).from == Input(StepInput{1}));
}

TEST_CASE("M13 a trigger may leave a trigger to the stage after") {
  PlanCase test("FROM base AS x\nFROM x AS y\nFROM y\nRUN last\n");
  give_triggers(test, {"ONBUILD RUN later", "MAINTAINER me"});
  const Plan plan = test.plan();
  CHECK(labels_of(plan) == Words{"[x 1/1] FROM docker.io/library/base:latest",
                                 "[y 1/1] ONBUILD RUN later", "[stage-2 1/1] RUN last"});
  CHECK(plan.graph.targets.at(0).config.author == "me");
  PlanCase one("FROM base\n");
  give_triggers(one, {"ONBUILD RUN later"});
  CHECK(one.plan().graph.targets.at(0).config.config.on_build == Words{"RUN later"});
}

// security.D12
TEST_CASE("M13 triggers are untrusted") {
  for (const char* bad :
       {"FROM x", "ONBUILD FROM x", "ONBUILD ONBUILD RUN x", "NOPE x", "", "RUN a\nRUN b"}) {
    CAPTURE(bad);
    PlanCase test("FROM base\n");
    give_triggers(test, {bad});
    CHECK_FALSE(test.error().empty());
  }
  PlanCase many("FROM base\n");
  give_triggers(many, Words(base::limit_of(base::Limit::onbuild_triggers) + 1, "ENV a=b"));
  CHECK(many.error() ==
        "1: run the ONBUILD triggers of 'base': more than 100 | the limit onbuildTriggers is 100; "
        "if this is "
        "meant, --limit onbuildTriggers=NUMBER raises it");
}

}  // namespace cooper::plan
