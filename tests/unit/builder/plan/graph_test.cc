// The graph as a whole: equal steps are one step; inputs come first; golden plans.
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "builder/plan/step_interner.h"
#include "plan_case.h"

namespace cooper::plan {

namespace {

std::string read_text(const std::string& name) {
  std::ifstream file(std::string(COOPER_TEST_DATA) + "/plan/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// COOPER_REGENERATE=1 writes the expected text anew.
void check_golden(const std::string& text, const std::string& name) {
  if (std::getenv("COOPER_REGENERATE") != nullptr) {
    std::ofstream(std::string(COOPER_TEST_DATA) + "/plan/" + name) << text;
  }
  CHECK(text == read_text(name));
}

}  // namespace

TEST_CASE("three roles over one Dockerfile are one graph") {
  PlanCase test(read_text("roles.Dockerfile"));
  for (const char* role : {"app", "horizon", "scheduler"}) {
    TargetRequest& request = std::string(role) == "app" ? test.request() : test.add_request(role);
    request.name = role;
    request.target_stage = role;
    request.build_args = {{"VERSION", "1.2.3"}};
    request.labels = {{"org.opencontainers.image.version", "1.2.3"}};
  }
  test.images.emplace("docker.io/library/php:8.3-fpm-bookworm",
                      make_image("php:8.3-fpm-bookworm", [](oci::RunConfig& config) {
                        config.env = {"PATH=/usr/bin:/bin", "PHP_VERSION=8.3"};
                        config.cmd = std::vector<std::string>{"php-fpm"};
                        config.entrypoint = std::vector<std::string>{"docker-php-entrypoint"};
                        config.working_dir = "/var/www/html";
                        config.stop_signal = "SIGQUIT";
                      }));
  const Plan plan = test.plan();
  CHECK(plan.diagnostics.empty());
  CHECK(plan.graph.contexts.size() == 1);
  check_golden(dump(plan), "roles.txt");
}

TEST_CASE("inputs of a step have smaller ids") {
  PlanCase test(read_text("roles.Dockerfile"));
  for (const char* role : {"horizon", "scheduler"}) test.add_request(role).target_stage = role;
  const Plan plan = test.plan();
  for (std::size_t i = 0; i < plan.graph.steps.size(); ++i) {
    CHECK(plan.graph.steps[i].id == i);
    for (const StepId input : inputs_of(plan.graph.steps[i])) CHECK(input < i);
  }
}

TEST_CASE("K1 metadata makes no step and changes none") {
  PlanCase test("FROM a\nLABEL a=1\nEXPOSE 80\nRUN x\n");
  TargetRequest other = test.request();
  other.name = "other";
  other.file = test.add_file("FROM a\nLABEL a=2\nUSER root\nUSER \"\"\nRUN x\nCMD y\n", "other");
  test.requests.push_back(other);
  const Plan plan = test.plan();
  CHECK(plan.graph.steps.size() == 2);
}

TEST_CASE("contexts are one when their identities are") {
  PlanCase test("FROM scratch\nCOPY a /\n");
  test.add_request("same");
  test.add_request("other").main_context = "elsewhere";
  const Plan plan = test.plan();
  REQUIRE(plan.graph.contexts.size() == 2);
  CHECK(plan.graph.contexts[1].identity == "elsewhere");
  CHECK(plan.graph.contexts[1].request == 2);
  CHECK(plan.graph.steps.size() == 3);
}

TEST_CASE("one wish for no cache is enough for a shared step") {
  PlanCase test("FROM a\nRUN x\n");
  test.add_request("fresh").no_cache = true;
  const Plan plan = test.plan();
  REQUIRE(plan.graph.steps.size() == 2);
  CHECK(plan.graph.steps[1].no_cache);
}

TEST_CASE("images with one manifest are one image") {
  PlanCase test("FROM a\nCOPY --from=b / /\n");
  test.images.emplace("docker.io/library/a:latest", make_image("same"));
  test.images.emplace("docker.io/library/b:latest", make_image("same"));
  CHECK(test.plan().graph.images.size() == 1);
}

TEST_CASE("values that grow without end are refused with their line") {
  std::string doubling = "FROM a\nENV A=0123456789abcdef\n";
  for (int i = 0; i < 40; ++i) doubling += "ENV A=$A$A\n";
  CHECK(PlanCase(doubling).error() ==
        "18: set variable 'A': the variables are larger than 1 MiB in all");
  std::string labels = "FROM a\nENV A=" + std::string(60000, 'x') + "\n";
  for (int i = 0; i < 100; ++i) labels += "LABEL l" + std::to_string(i) + "=$A\n";
  CHECK(PlanCase(labels).error().find("image configuration would be larger than 4194304 bytes") !=
        std::string::npos);
}

TEST_CASE("K8 fields of a step cannot run into each other") {
  Step a;
  Step b;
  RunOp run;
  run.argv = {"ab", "c"};
  a.op = run;
  run.argv = {"a", "bc"};
  b.op = run;
  CHECK(canonical_text(a) != canonical_text(b));
  run.argv = {"ab"};
  run.env = {"c"};
  b.op = run;
  CHECK(canonical_text(a) != canonical_text(b));
}

}  // namespace cooper::plan
