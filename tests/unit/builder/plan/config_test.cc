// Rows M1-M15 and F6: what metadata instructions do to the configuration and what the history says.
#include <doctest/doctest.h>

#include "builder/plan/history_text.h"
#include "builder/plan/ports.h"
#include "builder/plan/stop_signal.h"
#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

namespace {

struct HistoryRow {
  const char* id;
  const char* instructions;
  Words history;
};

const std::vector<HistoryRow> kHistory = {
    {"M1 shell form", "CMD echo \"hi\"", {R"(CMD ["/bin/sh" "-c" "echo \"hi\""])"}},
    {"M1 exec form", R"(CMD ["a", "b c"])", {R"(CMD ["a" "b c"])"}},
    {"M2 entrypoint", R"(ENTRYPOINT ["/e"])", {R"(ENTRYPOINT ["/e"])"}},
    {"M3 empty entrypoint", "ENTRYPOINT []", {"ENTRYPOINT []"}},
    {"M4 shell", R"(SHELL ["/bin/bash", "-euc"])", {"SHELL [/bin/bash -euc]"}},
    {"M5 none",
     "HEALTHCHECK NONE",
     {"HEALTHCHECK {Test:[NONE] Interval:0s Timeout:0s StartPeriod:0s StartInterval:0s "
      "Retries:0}"}},
    {"M5 command",
     "HEALTHCHECK --interval=90s --timeout=500ms --retries=3 CMD curl -f x",
     {"HEALTHCHECK {Test:[CMD-SHELL curl -f x] Interval:1m30s Timeout:500ms StartPeriod:0s "
      "StartInterval:0s Retries:3}"}},
    {"M6 sorted", "EXPOSE 443 80/UDP", {"EXPOSE [443/tcp 80/udp]"}},
    {"M7 volume", "VOLUME /a /b", {"VOLUME [/a /b]"}},
    {"M8 user", "USER www-data:0", {"USER www-data:0"}},
    {"M9 workdir",
     "WORKDIR /x/\nWORKDIR y/../z\nWORKDIR /",
     {"WORKDIR /x/", "WORKDIR /x/z", "WORKDIR /"}},
    {"M10 label", "LABEL a=b \"c d\"='e f'", {"LABEL a=b c d=e f"}},
    {"M11 stop signal", "STOPSIGNAL SIGQUIT", {"STOPSIGNAL SIGQUIT"}},
    {"M12 maintainer", "MAINTAINER me <me@x>", {"MAINTAINER me <me@x>"}},
    {"M14 env", "ENV A=b C=\"d e\"", {"ENV A=b C=d e"}},
    {"M14 run", "RUN make all", {"RUN /bin/sh -c make all # buildkit"}},
    {"M14 run exec", R"(RUN ["make", "all"])", {"RUN make all # buildkit"}},
    {"M14 copy",
     "COPY --chown=1:2 --chmod=644 a b /d/",
     {"COPY --chown=1:2 --chmod=644 a b /d/ # buildkit"}},
    {"M14 add", "ADD a /d", {"ADD a /d # buildkit"}},
    {"M14 heredoc", "COPY <<a.txt /d\nx\na.txt", {"COPY <<a.txt /d # buildkit"}},
};

Plan plan_with_base(PlanCase& test, const std::function<void(oci::RunConfig&)>& change) {
  test.images.emplace("docker.io/library/base:latest", make_image("base", change));
  return test.plan();
}

}  // namespace

TEST_CASE("M14 history texts by row") {
  for (const HistoryRow& row : kHistory) {
    CAPTURE(row.id);
    PlanCase test(std::string("FROM a\n") + row.instructions + "\n");
    const Plan plan = test.plan();
    CHECK(history_of(plan) == row.history);
    CHECK(plan.graph.targets.front().history.front().comment == "buildkit.dockerfile.v0");
  }
}

TEST_CASE("F6 the whole configuration of the base is inherited") {
  PlanCase test("FROM base\nLABEL own=1\n");
  const auto change = [](oci::RunConfig& config) {
    config.user = "u";
    config.env = {"PATH=/bin", "A=1"};
    config.working_dir = "/w/";
    config.cmd = Words{"c"};
    config.entrypoint = Words{"e"};
    config.labels = {{"l", "1"}};
    config.stop_signal = "SIGINT";
    config.volumes = {"/v"};
    config.exposed_ports = {"1/tcp"};
    config.shell = {"/bin/bash", "-c"};
    config.healthcheck = oci::Healthcheck{{"CMD", "x"}};
  };
  const Plan plan = plan_with_base(test, change);
  oci::RunConfig expected;
  change(expected);
  expected.labels["own"] = "1";
  CHECK(config_of(plan) == expected);
  const TargetImage& target = plan.graph.targets.front();
  CHECK(target.config.created.empty());
  CHECK(target.config.diff_ids.empty());
  CHECK(target.base_history == 1);
  CHECK(target.config.history.front().created_by == "base layer of base");
}

TEST_CASE("M2 ENTRYPOINT resets an inherited CMD, not the stage's own") {
  const auto with_cmd = [](oci::RunConfig& config) { config.cmd = Words{"inherited"}; };
  struct Row {
    const char* instructions;
    std::optional<Words> cmd;
  };
  const std::vector<Row> rows = {
      {"FROM base\n", Words{"inherited"}},
      {"FROM base\nENTRYPOINT [\"e\"]\n", std::nullopt},
      {"FROM base\nCMD [\"own\"]\nENTRYPOINT [\"e\"]\n", Words{"own"}},
      {"FROM base\nENTRYPOINT [\"e\"]\nCMD [\"own\"]\n", Words{"own"}},
      {"FROM base AS s\nCMD [\"parent\"]\nFROM s\nENTRYPOINT [\"e\"]\n", std::nullopt},
      {"FROM base AS s\nCMD [\"parent\"]\nFROM s\n", Words{"parent"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.instructions);
    PlanCase test(row.instructions);
    CHECK(config_of(plan_with_base(test, with_cmd)).cmd == row.cmd);
  }
}

TEST_CASE("M3 empty ENTRYPOINT is null, empty CMD is empty") {
  PlanCase test("FROM base\nENTRYPOINT []\nCMD []\n");
  const Plan plan =
      plan_with_base(test, [](oci::RunConfig& config) { config.entrypoint = Words{"e"}; });
  CHECK_FALSE(config_of(plan).entrypoint.has_value());
  CHECK(config_of(plan).cmd == Words{});
}

TEST_CASE("M4 SHELL is for later RUN, CMD and ENTRYPOINT") {
  PlanCase test(
      "FROM a\nRUN one\nSHELL [\"/bin/bash\", \"-euc\"]\nRUN two\nCMD three\nENTRYPOINT four\n");
  const Plan plan = test.plan();
  CHECK(last_run(plan).argv == Words{"/bin/bash", "-euc", "two"});
  CHECK(config_of(plan).cmd == Words{"/bin/bash", "-euc", "three"});
  CHECK(config_of(plan).entrypoint == Words{"/bin/bash", "-euc", "four"});
  CHECK(config_of(plan).shell == Words{"/bin/bash", "-euc"});
  CHECK(config_of(plan).args_escaped);
}

TEST_CASE("M5 durations as Go writes them") {
  CHECK(duration_text(0) == "0s");
  CHECK(duration_text(1) == "1ns");
  CHECK(duration_text(1500) == "1.5\u00b5s");
  CHECK(duration_text(2'000'000) == "2ms");
  CHECK(duration_text(1'500'000'000) == "1.5s");
  CHECK(duration_text(60'000'000'000) == "1m0s");
  CHECK(duration_text(3'661'500'000'000) == "1h1m1.5s");
}

TEST_CASE("M6 ports") {
  CHECK(parse_port("80") == Words{"80/tcp"});
  CHECK(parse_port("80/UDP") == Words{"80/udp"});
  CHECK(parse_port("80/") == Words{"80/tcp"});
  CHECK(parse_port("8000-8002/sctp") == Words{"8000/sctp", "8001/sctp", "8002/sctp"});
  CHECK(parse_port("127.0.0.1:8080:80") == Words{"80/tcp"});
  CHECK(parse_port("[::1]:8080:80") == Words{"80/tcp"});
  for (const char* bad : {"", "x", "80/icmp", "70000", "9-8", "host:80:80", "x:80", "-1", "80-"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(parse_port(bad)), base::Error);
  }
}

TEST_CASE("M9 WORKDIR is a step owned by the user, but not for the root") {
  PlanCase test("FROM a\nUSER 1000\nENV d=sub\nWORKDIR /a/b\nWORKDIR $d/\nWORKDIR /\n");
  const Plan plan = test.plan();
  REQUIRE(plan.graph.steps.size() == 3);
  CHECK(std::get<WorkdirOp>(plan.graph.steps[1].op) == WorkdirOp{"/a/b", "1000"});
  CHECK(std::get<WorkdirOp>(plan.graph.steps[2].op) == WorkdirOp{"/a/b/sub", "1000"});
  CHECK(config_of(plan).working_dir == "/");
}

TEST_CASE("M9 the base's working directory is where a relative one begins") {
  PlanCase test("FROM base\nWORKDIR x\n");
  const Plan plan =
      plan_with_base(test, [](oci::RunConfig& config) { config.working_dir = "/srv"; });
  CHECK(config_of(plan).working_dir == "/srv/x");
  CHECK(plan.graph.steps.size() == 2);
}

TEST_CASE("M10 labels of the command line come last; those of a copied stage do not come") {
  PlanCase test("FROM a AS s\nLABEL stage=1\nFROM base\nLABEL a=1 b=1\nCOPY --from=s /x /x\n");
  test.request().labels = {{"b", "2"}};
  const Plan plan = plan_with_base(test, [](oci::RunConfig& config) {
    config.labels = {{"base", "1"}};
  });
  CHECK(config_of(plan).labels ==
        std::map<std::string, std::string>{{"a", "1"}, {"b", "2"}, {"base", "1"}});
}

TEST_CASE("M11 signals") {
  for (const char* good :
       {"SIGTERM", "term", "15", "65", "-1", "SIGRTMIN+3", "RTMAX-14", "sigquit"}) {
    CAPTURE(good);
    CHECK(is_signal(good));
  }
  for (const char* bad : {"", "0", "-0", "1x", "SIGNOPE", "RTMIN+16", "SIG"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_signal(bad));
  }
  PlanCase test("FROM a\nSTOPSIGNAL SIGNOPE\n");
  CHECK(test.error() == "2: read STOPSIGNAL 'SIGNOPE': there is no such signal");
}

TEST_CASE("M12 MAINTAINER is the author") {
  PlanCase test("FROM a\nMAINTAINER me\n");
  CHECK(test.plan().graph.targets.front().config.author == "me");
}

TEST_CASE("M14 a base whose history does not fit its layers is put right") {
  PlanCase test("FROM base\nRUN x\n");
  BaseImage image = make_image("base");
  image.config.history.clear();
  test.images.emplace("docker.io/library/base:latest", image);
  const Plan plan = test.plan();
  CHECK(plan.graph.targets.front().base_history == 1);
  CHECK_FALSE(plan.graph.targets.front().config.history.front().empty_layer);
}

TEST_CASE("M15 the image is for the platform asked for") {
  PlanCase test("FROM --platform=$BUILDPLATFORM a\nRUN x\n");
  test.request().platform = {"linux", "arm64"};
  test.request().platform_given = true;
  const Plan plan = test.plan();
  CHECK(plan.graph.targets.front().config.platform == oci::Platform{"linux", "arm64"});
  CHECK(plan.graph.steps.back().platform == oci::Platform{"linux", "amd64"});
}

TEST_CASE("M15 without a platform the image is for what its base says") {
  PlanCase test("FROM a\nLABEL x=y\n");
  BaseImage image = make_image("a");
  image.config.platform = {"linux", "s390x"};
  test.images.emplace("docker.io/library/a:latest", image);
  CHECK(test.plan().graph.targets.front().config.platform == oci::Platform{"linux", "s390x"});
}

TEST_CASE("M6 a range of host ports fits the container's ports") {
  CHECK(config_of(PlanCase("FROM a\nEXPOSE 1-2:10-11 5-9:7\n").plan()).exposed_ports ==
        std::set<std::string>{"10/tcp", "11/tcp", "7/tcp"});
  CHECK(PlanCase("FROM a\nEXPOSE 1-3:10-11\n").error().find("differ in length") !=
        std::string::npos);
}

}  // namespace cooper::plan
