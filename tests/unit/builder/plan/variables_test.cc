// Rows V5-V9 and A1-A11: which value a variable has where.
#include <doctest/doctest.h>

#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

namespace {

struct Row {
  const char* id;
  const char* dockerfile;
  std::map<std::string, std::string> build_args;
  const char* environment;  // of the last RUN, without PATH
};

const std::vector<Row> kRows = {
    {"A1 a global ARG is not in a stage", "ARG V=1\nFROM a\nRUN x\n", {}, ""},
    {"A1 a value-less ARG takes the global value", "ARG V=1\nFROM a\nARG V\nRUN x\n", {}, "V=1"},
    {"A1 a global default may use an earlier one",
     "ARG A=1\nARG B=$A-2\nFROM a\nARG B\nRUN x\n",
     {},
     "B=1-2"},
    {"A1 a build argument overrides a global",
     "ARG V=1\nFROM a\nARG V\nRUN x\n",
     {{"V", "2"}},
     "V=2"},
    {"A2 a default in the stage beats the global", "ARG V=1\nFROM a\nARG V=3\nRUN x\n", {}, "V=3"},
    {"A2 a build argument beats both", "ARG V=1\nFROM a\nARG V=3\nRUN x\n", {{"V", "2"}}, "V=2"},
    {"A2 without any value it is unset", "FROM a\nARG V\nRUN x\n", {}, ""},
    {"A2 an undeclared build argument is not seen", "FROM a\nRUN x\n", {{"V", "2"}}, ""},
    {"A3 inherited by FROM stage", "FROM a AS s\nARG V=1\nFROM s\nRUN x\n", {}, "V=1"},
    {"A3 not seen in a sibling",
     "FROM a AS s\nARG V=1\nRUN y\nFROM a\nCOPY --from=s /b /b\nRUN x\n",
     {},
     ""},
    {"A4 a later ARG beats ENV", "FROM a\nENV V=e\nARG V=a\nRUN x\n", {}, "V=a"},
    {"A4 a later ENV beats ARG", "FROM a\nARG V=a\nENV V=e\nRUN x\n", {}, "V=e"},
    {"A4 a value-less ARG changes nothing", "FROM a\nENV V=e\nARG V\nRUN x\n", {}, "V=e"},
    {"A7 platform arguments need ARG",
     "FROM a\nARG TARGETARCH\nARG BUILDOS\nRUN x\n",
     {},
     "TARGETARCH=amd64 BUILDOS=linux"},
    {"A7 they can be overridden",
     "FROM a\nARG TARGETARCH\nRUN x\n",
     {{"TARGETARCH", "m68k"}},
     "TARGETARCH=m68k"},
    {"A7 the target stage", "FROM a\nARG TARGETSTAGE\nRUN x\n", {}, "TARGETSTAGE=default"},
    {"V7 one snapshot for ENV",
     "FROM a\nENV abc=hello\nENV abc=bye def=$abc\nENV ghi=$abc\nRUN x\n",
     {},
     "abc=bye def=hello ghi=bye"},
    {"V7 ARG is sequential", "FROM a\nARG a=1 b=$a\nRUN x\n", {}, "a=1 b=1"},
    {"V6 keys are expanded", "FROM a\nENV k=K\nENV pre_$k=1\nRUN x\n", {}, "k=K pre_K=1"},
    {"V8 an undefined variable is empty", "FROM a\nENV v=-$nope-\nRUN x\n", {}, "v=--"},
};

}  // namespace

TEST_CASE("variables by row") {
  for (const Row& row : kRows) {
    CAPTURE(row.id);
    PlanCase test(row.dockerfile);
    test.request().build_args = row.build_args;
    const Plan plan = test.plan();
    CHECK(environment_of(last_run(plan)) == row.environment);
  }
}

TEST_CASE("A1 global arguments in FROM and its platform") {
  PlanCase test("ARG V=8.3\nARG ARCH=arm64\nFROM --platform=linux/$ARCH php:${V}-fpm\nRUN x\n");
  const Plan plan = test.plan();
  CHECK(test.resolved_names == Words{"docker.io/library/php:8.3-fpm"});
  CHECK(plan.graph.steps.back().platform == oci::Platform{"linux", "arm64"});
  CHECK(plan.graph.targets.front().platform == oci::Platform{"linux", "amd64"});
}

TEST_CASE("A1 a stage's ARG is not seen in a later FROM") {
  PlanCase test("FROM a\nARG V=1\nFROM b:${V:-none}\n");
  const Plan plan = test.plan();
  CHECK(test.resolved_names == Words{"docker.io/library/b:none"});
  CHECK(remarks_of(plan) == Words{"UndefinedArgInFrom: FROM argument 'V' is not declared"});
}

TEST_CASE("A4 a base image's ENV comes back in a stage built FROM a stage") {
  PlanCase test("FROM a AS s\nENV V=e\nARG V=a\nRUN y\nFROM s\nRUN x\n");
  CHECK(environment_of(last_run(test.plan())) == "V=e");
}

TEST_CASE("A5 arguments are in the history and not in the configuration") {
  PlanCase test("FROM a\nARG A=1 B\nARG C=3\nENV C=4\nRUN make\n");
  const Plan plan = test.plan();
  CHECK(history_of(plan) ==
        Words{"ARG A=1 B", "ARG C=3", "ENV C=4", "RUN |3 A=1 B= C=4 /bin/sh -c make # buildkit"});
  CHECK(config_of(plan).env ==
        Words{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "C=4"});
}

TEST_CASE("A6 proxies reach RUN, not the key, the history or the configuration") {
  PlanCase test("FROM a\nRUN x\n");
  test.request().build_args = {{"HTTP_PROXY", "http://p:1"}, {"no_proxy", "local"}};
  const Plan plan = test.plan();
  CHECK(last_run(plan).proxy_env == Words{"HTTP_PROXY=http://p:1", "http_proxy=http://p:1",
                                          "NO_PROXY=local", "no_proxy=local"});
  CHECK(environment_of(last_run(plan)).empty());
  CHECK(history_of(plan) == Words{"RUN /bin/sh -c x # buildkit"});
  CHECK(plan.unused_build_args.empty());
}

TEST_CASE("A6 a declared proxy is an ordinary argument") {
  PlanCase test("FROM a\nARG http_proxy\nRUN x\n");
  test.request().build_args = {{"http_proxy", "http://p:1"}};
  const Plan plan = test.plan();
  CHECK(environment_of(last_run(plan)) == "http_proxy=http://p:1");
  CHECK(last_run(plan).proxy_env == Words{"HTTP_PROXY=http://p:1"});
  CHECK(history_of(plan).back() == "RUN |1 http_proxy=http://p:1 /bin/sh -c x # buildkit");
}

TEST_CASE("A8 arguments that steer the build") {
  PlanCase test("FROM a\nRUN --mount=type=cache,target=/c,id=x true\n");
  test.request().build_args = {{"BUILDKIT_SANDBOX_HOSTNAME", "h"},
                               {"BUILDKIT_CACHE_MOUNT_NS", "ns"}};
  const Plan plan = test.plan();
  CHECK(last_run(plan).hostname == "h");
  CHECK(last_run(plan).mounts.front().id == "ns/x");
  CHECK(plan.unused_build_args.empty());
}

TEST_CASE("A9 build arguments nobody declares are reported") {
  PlanCase test("ARG USED\nFROM a AS other\nARG ELSEWHERE\nFROM a\nRUN x\n");
  test.request().build_args = {{"USED", "1"}, {"ELSEWHERE", "1"}, {"TYPO", "1"}};
  CHECK(test.plan().unused_build_args == std::set<std::string>{"TYPO"});
}

TEST_CASE("A10 PATH and working directory of scratch") {
  PlanCase test("FROM scratch\nCOPY a /\n");
  const Plan plan = test.plan();
  CHECK(config_of(plan).env ==
        Words{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"});
  CHECK(config_of(plan).working_dir == "/");
  CHECK(plan.graph.targets.front().base_history == 0);
}

TEST_CASE("A11 a base configuration with an odd Env entry") {
  PlanCase test("FROM odd\nRUN x\n");
  test.images.emplace("docker.io/library/odd:latest", make_image("odd", [](oci::RunConfig& config) {
                        config.env = {"PATH=/bin", "ODD", "=x"};
                      }));
  CHECK(last_run(test.plan()).env == Words{"PATH=/bin", "ODD=", "=x"});
}

TEST_CASE("V8 undefined variables are remarked on, declared ones are not") {
  PlanCase test(
      "FROM a\nARG maybe\nENV NAME=1\nENV a=$maybe b=$NAEM c=$NAEM\nLABEL l=${other:-x}\n");
  CHECK(remarks_of(test.plan()) ==
        Words{"UndefinedVar: Usage of undefined variable '$NAEM' (did you mean $NAME?)",
              "UndefinedVar: Usage of undefined variable '$other'"});
}

TEST_CASE("V8 a remark of several targets is made once") {
  PlanCase test("FROM a\nENV a=$nope\n");
  test.add_request("u");
  CHECK(remarks_of(test.plan()).size() == 1);
}

TEST_CASE("V8 an empty base name") {
  PlanCase test("FROM a\nFROM $NOPE\n");
  CHECK(test.error() ==
        "2: read FROM '$NOPE': the image name is empty after its variables were expanded");
}

TEST_CASE("V4 a required variable that is not set") {
  PlanCase test("FROM a\nENV x=1\nLABEL a=${v:?missing}\n");
  CHECK(test.error().starts_with("3: "));
}

TEST_CASE("V9 one variable, several ports") {
  PlanCase test("FROM a\nENV P=\"80 443/udp\"\nEXPOSE $P 22\n");
  const Plan plan = test.plan();
  CHECK(config_of(plan).exposed_ports == std::set<std::string>{"22/tcp", "443/udp", "80/tcp"});
}

}  // namespace cooper::plan
