#include "smoke/step_runner.h"

#include <doctest/doctest.h>
#include <signal.h>

#include <map>

#include "base/error.h"

namespace cooper::smoke {
namespace {

using namespace std::chrono_literals;

// Time passes only by pause() and by waiting for the end.
class FakePod final : public Pod {
 public:
  ExecResult exec(const std::vector<std::string>&, Milliseconds) override {
    if (exec_error) throw *exec_error;
    return exec_result;
  }
  HttpAnswer get(const HttpRequest& request, Milliseconds) override {
    asked.push_back(request.url + " " + request.host);
    if (clock < serves_from) return {0, "", "", "Connection refused"};
    const auto found = answers.find(request.url);
    return found == answers.end() ? HttpAnswer{404, "text/html", "no such page", ""}
                                  : found->second;
  }
  bool wrote(const Pattern& pattern) override {
    return clock >= writes_from && pattern.found_in(line);
  }
  void signal(int number) override { signals.push_back(number); }
  std::optional<sandbox::ExitStatus> wait_for_end(Milliseconds timeout) override {
    if (ends_at && clock + timeout >= *ends_at) {
      clock = std::max(clock, *ends_at);
      return end;
    }
    clock += timeout;
    return std::nullopt;
  }
  std::optional<std::string> lost_sidecar() override { return lost; }
  Clock::time_point now() override { return clock; }
  void pause(Milliseconds time) override {
    if (stopped) throw base::Error(base::ErrorKind::cancelled, "test", "", "it was stopped");
    clock += time;
  }

  Clock::time_point clock{};
  ExecResult exec_result;
  std::optional<base::Error> exec_error;
  std::map<std::string, HttpAnswer> answers;
  std::vector<std::string> asked;
  Clock::time_point serves_from{}, writes_from{};
  std::string line;
  std::vector<int> signals;
  std::optional<Clock::time_point> ends_at;
  sandbox::ExitStatus end;
  std::optional<std::string> lost;
  bool stopped = false;
};

StepResult run_one(FakePod& pod, Step step) {
  return run_steps({std::move(step)}, pod, [](const StepResult&) {}).front();
}
bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

const std::string kUrl = "http://127.0.0.1:8080/up";
constexpr Pod::Clock::time_point kStart{};

}  // namespace

TEST_CASE("steps run in order up to the first that does not hold") {
  FakePod pod;
  pod.exec_result = {{1, std::nullopt}, "boom\n"};
  std::vector<std::string> told;
  const auto results =
      run_steps({SignalStep{"SIGHUP"}, ExecStep{{"false"}, 0, "", 1s}, SignalStep{"stop"}}, pod,
                [&](const StepResult& result) { told.push_back(result.step); });
  REQUIRE(results.size() == 2);
  CHECK(results[0].held);
  CHECK_FALSE(results[1].held);
  CHECK(has(results[1].detail, "status 1 instead of status 0; it said 'boom'"));
  CHECK(told.size() == 2);
  CHECK(pod.signals == std::vector<int>{SIGHUP});
}

TEST_CASE("exec compares status and output") {
  FakePod pod;
  pod.exec_result = {{3, std::nullopt}, "uid 33\n"};
  CHECK(run_one(pod, ExecStep{{"id"}, 3, "^uid [0-9]+$", 1s}).held);
  CHECK(has(run_one(pod, ExecStep{{"id"}, 3, "^gid", 1s}).detail, "it said 'uid 33'"));
  pod.exec_result.status = {137, SIGKILL};
  CHECK(has(run_one(pod, ExecStep{{"id"}, 0, "", 1s}).detail, "SIGKILL"));
  pod.exec_error.emplace(base::ErrorKind::failure, "run in the sandbox", "id", "it did not end");
  CHECK(has(run_one(pod, ExecStep{{"id"}, 0, "", 1s}).detail, "it did not end"));
}

TEST_CASE("waiting for an answer ends with it, with the time, or with a container") {
  FakePod pod;
  pod.answers[kUrl] = {200, "text/html", "fine", ""};
  pod.serves_from = kStart + 5s;
  const WaitHttpStep wait{{kUrl, ""}, 200, 30s};
  const StepResult good = run_one(pod, wait);
  CHECK(good.held);
  CHECK(good.time >= 5s);

  pod.serves_from = kStart + 1h;
  const StepResult late = run_one(pod, wait);
  CHECK_FALSE(late.held);
  CHECK(has(late.detail, "Connection refused"));
  CHECK(late.time < 31s);

  pod.lost = "sidecar nginx ended with status 1";
  const StepResult lost = run_one(pod, wait);
  CHECK(has(lost.detail, "nginx"));
  CHECK(lost.time < 1s);

  pod.lost.reset();
  pod.ends_at = pod.clock + 2s;
  pod.end = {78, std::nullopt};
  CHECK(has(run_one(pod, wait).detail, "status 78"));
}

TEST_CASE("an answer is judged by status and body") {
  FakePod pod;
  pod.answers[kUrl] = {200, "application/json", "{\"status\":\"up\"}", ""};
  CHECK(run_one(pod, HttpStep{{kUrl, "a.test"}, 200, "\"status\":\"up\"", false, 1s}).held);
  CHECK(pod.asked.back() == kUrl + " a.test");
  CHECK(has(run_one(pod, HttpStep{{kUrl, ""}, 200, "down", false, 1s}).detail, "status"));
  CHECK(has(run_one(pod, HttpStep{{kUrl + "x", ""}, 200, "", false, 1s}).detail,
            "answered 404 with 'no such page'"));
  CHECK(run_one(pod, HttpStep{{kUrl + "x", ""}, 404, "", false, 1s}).held);
}

TEST_CASE("the assets of a page are fetched from where the pod listens") {
  FakePod pod;
  const HttpStep step{{"http://127.0.0.1:8080/", "site.test"}, 200, "", true, 1s};
  HttpAnswer& page = pod.answers[step.request.url];
  page = {200, "text/html",
          "<script src='http://site.test/a.js'></script><script src=//cdn.test/b.js></script>", ""};
  CHECK(has(run_one(pod, step).detail, "/a.js answers 404"));
  CHECK(pod.asked.back() == "http://127.0.0.1:8080/a.js site.test");

  HttpAnswer& script = pod.answers["http://127.0.0.1:8080/a.js"];
  script = {200, "text/html; charset=utf-8", "<html>", ""};
  CHECK(has(run_one(pod, step).detail, "a page in the place"));
  script.content_type = "text/javascript";
  const StepResult good = run_one(pod, step);
  CHECK(good.held);
  CHECK(good.detail == "1 asset, 1 of other hosts not fetched");

  page.body = "no assets";
  CHECK(has(run_one(pod, step).detail, "no asset"));
}

TEST_CASE("output is waited for, also after the end") {
  FakePod pod;
  pod.line = "report smoke finished";
  pod.writes_from = kStart + 3s;
  CHECK(run_one(pod, WaitOutputStep{"report .* finished", 10s}).held);
  CHECK(has(run_one(pod, WaitOutputStep{"other", 2s}).detail, "no line matches"));
  pod.ends_at = pod.clock;
  CHECK(run_one(pod, WaitOutputStep{"finished", 10s}).held);
  const StepResult ended = run_one(pod, WaitOutputStep{"other", 10s});
  CHECK(has(ended.detail, "ended with status 0"));
  CHECK(ended.time < 1s);
}

TEST_CASE("the end is compared with what was expected") {
  FakePod pod;
  CHECK(has(run_one(pod, ExitStep{0, 10s}).detail, "still runs"));
  CHECK(run_one(pod, StayStep{2s}).held);
  pod.ends_at = pod.clock;
  pod.end = {143, SIGTERM};
  CHECK(has(run_one(pod, ExitStep{0, 10s}).detail, "SIGTERM"));
  CHECK(run_one(pod, ExitStep{143, 10s}).held);
  CHECK(run_one(pod, ExitStep{std::nullopt, 10s}).held);
  CHECK_FALSE(run_one(pod, StayStep{2s}).held);
  CHECK_FALSE(run_one(pod, SignalStep{"stop"}).held);
}

TEST_CASE("a stop ends the run, and untrusted text is shown harmless") {
  FakePod pod;
  pod.exec_result = {{1, std::nullopt}, "\x1b[2J\n::error::x"};
  CHECK_FALSE(has(run_one(pod, ExecStep{{"x"}, 0, "", 1s}).detail, "\x1b"));
  pod.stopped = true;
  CHECK_THROWS_AS(static_cast<void>(run_one(pod, WaitOutputStep{"x", 10s})), base::Error);
}

}  // namespace cooper::smoke
