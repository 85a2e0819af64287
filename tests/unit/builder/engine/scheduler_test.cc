#include "builder/engine/scheduler.h"

#include <doctest/doctest.h>

#include <atomic>
#include <functional>
#include <mutex>

#include "base/error.h"

using namespace cooper;
using engine::StepResult;
using plan::StepId;

namespace {

class FakeExecutor final : public engine::StepExecutor {
 public:
  using Body =
      std::function<StepResult(const plan::Step&, std::span<const StepResult>, std::stop_token)>;
  explicit FakeExecutor(Body body) : body_(std::move(body)) {}
  [[nodiscard]] StepResult execute(const plan::Step& step, std::span<const StepResult> results,
                                   std::stop_token stop) override {
    return body_(step, results, stop);
  }

 private:
  Body body_;
};

// A chain of `length` steps on each of two bases.
plan::BuildGraph two_chains(StepId length) {
  plan::BuildGraph graph;
  for (int chain = 0; chain < 2; ++chain) {
    std::optional<StepId> parent;
    for (StepId i = 0; i < length; ++i) {
      plan::Step step;
      step.id = graph.steps.size();
      step.parent = parent;
      step.op = parent ? plan::Op(plan::WorkdirOp{"/x", ""}) : plan::Op(plan::ScratchOp{});
      step.platform = {"linux", "amd64"};
      step.file_name = "Dockerfile";
      step.where.first_line = static_cast<int>(i) + 1;
      parent = step.id;
      graph.steps.push_back(step);
    }
  }
  return graph;
}

const engine::EventSink kIgnore = [](const engine::Event&) {};

}  // namespace

TEST_CASE("every step runs once, after what it reads") {
  const plan::BuildGraph graph = two_chains(20);
  std::atomic<int> runs = 0;
  FakeExecutor executor(
      [&](const plan::Step& step, std::span<const StepResult> results, std::stop_token) {
        ++runs;
        StepResult result;
        result.created = step.parent ? results[*step.parent].created + 1 : 1;
        return result;
      });
  for (unsigned jobs : {1U, 4U, 0U}) {
    runs = 0;
    const auto results = engine::execute(graph, executor, jobs, kIgnore, {});
    CHECK(runs == 40);
    CHECK(results[19].created == 20);
    CHECK(results[39].created == 20);
  }
}

TEST_CASE("the first failure stops the rest and names its line") {
  const plan::BuildGraph graph = two_chains(20);
  std::atomic<int> runs = 0;
  FakeExecutor executor(
      [&](const plan::Step& step, std::span<const StepResult>, std::stop_token) -> StepResult {
        ++runs;
        if (step.id == 3)
          throw base::Error(base::ErrorKind::step_failed, "run", "x", "exit status 1");
        return {};
      });
  try {
    static_cast<void>(engine::execute(graph, executor, 1, kIgnore, {}));
    FAIL("no error");
  } catch (const base::Error& error) {
    REQUIRE(error.spot());
    CHECK(error.spot()->line == 4);
    CHECK(error.spot()->file == "Dockerfile");
  }
  CHECK(runs < 40);
}

TEST_CASE("a request to stop ends the build as cancelled") {
  const plan::BuildGraph graph = two_chains(3);
  std::stop_source stop;
  FakeExecutor executor(
      [&](const plan::Step&, std::span<const StepResult>, std::stop_token token) -> StepResult {
        stop.request_stop();
        if (token.stop_requested())
          throw base::Error(base::ErrorKind::cancelled, "run", "", "cancelled");
        return {};
      });
  std::vector<engine::Event> events;
  std::mutex mutex;
  const auto note = [&](const engine::Event& event) {
    const std::lock_guard guard(mutex);
    events.push_back(event);
  };
  try {
    static_cast<void>(engine::execute(graph, executor, 2, note, stop.get_token()));
    FAIL("no error");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
    CHECK(!error.spot());
  }
  REQUIRE(!events.empty());
  for (const engine::Event& event : events)
    CHECK(std::holds_alternative<engine::StepCancelled>(event));
}

TEST_CASE("what the first failure stops is cancelled, not failed") {
  const plan::BuildGraph graph = two_chains(1);
  std::atomic<bool> other_runs = false;
  FakeExecutor executor([&](const plan::Step& step, std::span<const StepResult>,
                            std::stop_token token) -> StepResult {
    if (step.id == 0) {
      while (!other_runs) std::this_thread::yield();
      throw base::Error(base::ErrorKind::step_failed, "run", "x", "exit status 1");
    }
    other_runs = true;
    while (!token.stop_requested()) std::this_thread::yield();
    throw base::Error(base::ErrorKind::cancelled, "run", "", "cancelled");
  });
  int failed = 0, cancelled = 0;
  std::mutex mutex;
  const auto note = [&](const engine::Event& event) {
    const std::lock_guard guard(mutex);
    failed += std::holds_alternative<engine::StepFailed>(event) ? 1 : 0;
    cancelled += std::holds_alternative<engine::StepCancelled>(event) ? 1 : 0;
  };
  CHECK_THROWS_AS(static_cast<void>(engine::execute(graph, executor, 2, note, {})), base::Error);
  CHECK(failed == 1);
  CHECK(cancelled == 1);
}
