#include "smoke/smoke_file.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/error.h"

namespace cooper::smoke {
namespace {

SmokeFile parse(const std::string& text) { return parse_smoke_file(text, "smoke.json"); }

// A target with these members besides one step.
SmokeFile with(const std::string& members) {
  return parse(R"({"targets": {"a": {"steps": [{"signal": "stop"}])" +
               (members.empty() ? "" : ", " + members) + "}}}");
}
SmokeFile with_step(const std::string& step) {
  return parse(R"({"targets": {"a": {"steps": [)" + step + "]}}}");
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
    return error.what() + error.hint();
  }
  return "accepted";
}
std::string step_refusal(const std::string& step) {
  return refusal([&] { static_cast<void>(with_step(step)); });
}
std::string member_refusal(const std::string& members) {
  return refusal([&] { static_cast<void>(with(members)); });
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("every kind of step is read") {
  const SmokeFile file = parse(
      R"({"targets": {"app": {"env": {"B": "2", "A": "1"}, "command": ["x"], "read_only": true,
    "sidecars": [
      {"name": "web", "image": "nginx:1", "mounts": [{"from_main": "/p", "target": "/p"}, {"host": "c", "target": "/c"}]},
      {"name": "db", "host_command": ["redis-server"], "ready_port": 6379}],
    "steps": [
      {"exec": ["id", "-u"], "expect_exit": 3, "expect_output": "^33$", "timeout": 0.5},
      {"wait_http": {"url": "http://127.0.0.1:80/", "timeout": 5}},
      {"http": {"url": "http://localhost/", "host": "x.test", "expect_status": 404, "expect_body": "no", "fetch_assets": true}},
      {"wait_output": {"regex": "started"}},
      {"stay": 1},
      {"signal": "SIGHUP"},
      {"expect_exit": "any"},
      {"expect_exit": 7, "timeout": 3}]}}})");
  const Target& target = file.targets.at("app");
  CHECK(target.settings.env ==
        std::vector<std::pair<std::string, std::string>>{{"A", "1"}, {"B", "2"}});
  CHECK(target.settings.read_only);
  REQUIRE(target.sidecars.size() == 2);
  CHECK(target.sidecars[0].settings.mounts.size() == 2);
  CHECK(target.sidecars[1].ready_port == 6379);
  REQUIRE(target.steps.size() == 8);
  const auto& exec = std::get<ExecStep>(target.steps[0]);
  CHECK(exec.expect_exit == 3);
  CHECK(exec.timeout == Milliseconds(500));
  CHECK(std::get<WaitHttpStep>(target.steps[1]).timeout == Milliseconds(5000));
  CHECK(std::get<HttpStep>(target.steps[2]).fetch_assets);
  CHECK(std::get<StayStep>(target.steps[4]).time == Milliseconds(1000));
  CHECK_FALSE(std::get<ExitStep>(target.steps[6]).expect_exit);
  CHECK(std::get<ExitStep>(target.steps[7]).expect_exit == 7);
  for (const Step& step : target.steps) CHECK_FALSE(describe(step).empty());
}

TEST_CASE("what is not known is refused by name") {
  CHECK(
      has(step_refusal(R"({"exec": ["x"], "expect_ouput": "y"})"), "did you mean 'expect_output'"));
  CHECK(has(step_refusal(R"({"http": {"url": "http://127.0.0.1/", "status": 200}})"),
            "status is not known"));
  CHECK(has(step_refusal(R"({"sleep": 3})"), "there must be one of"));
  CHECK(has(step_refusal(R"({"signal": "stop", "stay": 3})"), "cannot stand beside 'signal'"));
  CHECK(has(member_refusal(R"("sidecar": [])"), "did you mean 'sidecars'"));
  CHECK(has(refusal([] { static_cast<void>(parse(R"({"target": {}})")); }), "target is not known"));
}

TEST_CASE("values that cannot be meant are refused") {
  CHECK(has(step_refusal(R"({"exec": []})"), "names no program"));
  CHECK(has(step_refusal(R"({"exec": "ls"})"), "is not an array"));
  CHECK(has(step_refusal(R"({"exec": ["x"], "expect_output": "("})"), "regular expression"));
  CHECK(has(step_refusal(R"({"exec": ["x"], "timeout": 0})"), "number of seconds"));
  CHECK(has(step_refusal(R"({"exec": ["x"], "expect_exit": 256})"), "between 0 and 255"));
  CHECK(has(step_refusal(R"({"signal": "NOPE"})"), "name of a signal"));
  CHECK(has(step_refusal(R"({"http": {"url": "https://127.0.0.1/"}})"), "http URL"));
  CHECK(has(step_refusal(R"({"http": {"url": "http://example.com/"}})"), "loopback"));
  CHECK(has(step_refusal(R"({"http": {"url": "http://127.0.0.1/", "host": "a\r\nb"}})"),
            "host name"));
  CHECK(has(step_refusal(R"({"wait_output": {}})"), "regex is missing"));
  CHECK(has(member_refusal(R"("sidecars": [{"name": "x"}])"), "there must be one of"));
  CHECK(has(member_refusal(R"("sidecars": [{"name": "x", "image": "UPPER"}])"), "image reference"));
  CHECK(has(
      member_refusal(R"("sidecars": [{"name": "x", "image": "a"}, {"name": "x", "image": "b"}])"),
      "is taken"));
  CHECK(has(member_refusal(R"("sidecars": [{"name": "x", "host_command": ["a"], "mounts": []}])"),
            "not known"));
  CHECK(has(member_refusal(R"("sidecars": [{"name": "x", "image": "a", "ready_port": 0}])"),
            "between 1"));
  CHECK(has(member_refusal(R"("mounts": [{"from_main": "/a", "target": "/b"}])"), "from_main"));
  CHECK(has(member_refusal(R"("mounts": [{"host": "a", "target": "b"}])"), "absolute"));
  CHECK(has(member_refusal(R"("env": {"A=B": "c"})"), "no variable"));
  CHECK(has(refusal([] { static_cast<void>(parse(R"({"targets": {"a": {}}})")); }),
            "nothing would be asked"));
  CHECK(has(refusal([] { static_cast<void>(parse("{")); }), "parse 'smoke.json'"));
}

TEST_CASE("the target is the one asked for, the one the tag begins with, or the only one") {
  SmokeFile file;
  for (const char* name : {"app", "app-worker", "scheduler"})
    file.targets[name].settings.read_only = false;
  const auto chosen = [&file](const std::string& asked, const std::string& tag) -> std::string {
    const Target& target = select_target(file, asked, tag);
    for (const auto& [name, one] : file.targets) {
      if (&one == &target) return name;
    }
    return {};
  };
  CHECK(chosen("scheduler", "app-1") == "scheduler");
  CHECK(chosen("", "app-v1.0.0") == "app");
  CHECK(chosen("", "app-worker-v1") == "app-worker");
  CHECK(chosen("", "app") == "app");
  CHECK(
      has(refusal([&] { static_cast<void>(chosen("", "apple")); }), "app, app-worker, scheduler"));
  CHECK(has(refusal([&] { static_cast<void>(chosen("shceduler", "")); }),
            "did you mean 'scheduler'"));
  file.targets.erase("app-worker");
  file.targets.erase("scheduler");
  CHECK(chosen("", "latest") == "app");
}

}  // namespace cooper::smoke
