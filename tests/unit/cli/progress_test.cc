#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/plain_progress.h"
#include "cli/progress.h"
#include "cli/tty_progress.h"

using namespace cooper;

namespace {

// A renderer with a clock that stands still and a sink that keeps everything.
struct Stage {
  std::string out;
  std::size_t writes = 0;
  cli::ProgressClock::time_point time{std::chrono::hours(1)};
  unsigned columns = 60;

  cli::ProgressOptions options() {
    cli::ProgressOptions made;
    made.write = [this](std::string_view text) {
      out += text;
      ++writes;
    };
    made.now = [this] { return time; };
    made.isolation = "root, in namespaces";
    made.terminal_size = [this] { return cli::TerminalSize{columns, 24}; };
    made.ticks = false;
    return made;
  }
  void pass(int milliseconds) { time += std::chrono::milliseconds(milliseconds); }
  std::string take() { return std::exchange(out, {}); }
};

plan::Plan two_steps() {
  plan::Plan plan;
  plan::Step base;
  base.op = plan::BaseOp{};
  base.label = "[app 1/3] FROM base";
  plan::Step copy;
  copy.id = 1;
  copy.parent = 0;
  copy.op = plan::CopyOp{};
  copy.label = "[app 2/3] COPY . /app";
  plan::Step run;
  run.id = 2;
  run.parent = 1;
  run.op = plan::RunOp{};
  run.label = "[app 3/3] RUN make";
  plan.graph.steps = {base, copy, run};
  const plan::Diagnostic remark{"UndefinedVar", "X is not set", "Dockerfile", {}};
  plan.diagnostics = {remark, remark};
  return plan;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++found;
  return found;
}

BuildReport report_of_two() {
  BuildReport report;
  report.steps = 2;
  report.cached_steps = 1;
  BuiltImage image{
      "app", {},       {"", oci::Digest::of_bytes("m"), 1}, oci::Digest::of_bytes("c"), {},
      1500,  2'000'000};
  report.images.push_back(image);
  return report;
}

void run_the_build(cli::Progress& progress, Stage& stage) {
  progress.on_plan(two_steps());
  progress.on_event(engine::StepCached{1});
  progress.on_event(engine::StepStarted{2});
  stage.pass(800);
  progress.on_event(engine::StepOutput{2, 1, "hello \x1b[31m"});
  stage.pass(400);
  progress.on_event(engine::StepFinished{2, 1200});
}

}  // namespace

TEST_CASE("plain: every line of a build") {
  Stage stage;
  const auto progress = cli::make_progress("plain", stage.options());
  run_the_build(*progress, stage);
  const BuildReport report = report_of_two();
  progress->finish({&report, nullptr});
  CHECK(stage.out ==
        "warning: UndefinedVar: X is not set (Dockerfile)\n"
        "#2 CACHED [app 2/3] COPY . /app\n"
        "isolation: root, in namespaces\n"
        "#3 [app 3/3] RUN make\n"
        "#3 [app 3/3] 0.8 hello \\x1b[31m\n"
        "#3 [app 3/3] DONE 1.2s\n"
        "built 1 image: 2 steps, 1 cached, 1.2s\n"
        "  app: pushed 1.5 kB, reused 2.0 MB\n");
}

TEST_CASE("plain: the last lines of a failed step come once") {
  Stage stage;
  const auto progress = cli::make_progress("plain", stage.options());
  progress->on_plan(two_steps());
  progress->on_event(engine::StepStarted{2});
  for (int i = 1; i <= 25; ++i)
    progress->on_event(engine::StepOutput{2, 1, "line-" + std::to_string(i) + "."});
  SUBCASE("they stand directly above: not again") {
    progress->on_event(engine::StepFailed{2, "exit status 7"});
    progress->finish({});
    CHECK(count(stage.out, "line-25.") == 1);
    CHECK(stage.out.find("last lines of") == std::string::npos);
  }
  SUBCASE("something else came between") {
    progress->on_event(engine::Remark{"another thing"});
    progress->on_event(engine::StepFailed{2, "exit status 7"});
    progress->finish({});
    CHECK(count(stage.out, "last lines of [app 3/3] RUN make:\n  | line-6.\n") == 1);
    CHECK(count(stage.out, "line-25.") == 2);
    CHECK(count(stage.out, "line-5.") == 1);
  }
}

TEST_CASE("quiet: nothing, but the last lines of a failed step") {
  Stage stage;
  const auto progress = cli::make_progress("quiet", stage.options());
  run_the_build(*progress, stage);
  const BuildReport report = report_of_two();
  SUBCASE("success") {
    progress->finish({&report, nullptr});
    CHECK(stage.out.empty());
  }
  SUBCASE("failure") {
    progress->on_event(engine::StepStarted{2});
    progress->on_event(engine::StepOutput{2, 2, "broken"});
    progress->on_event(engine::StepFailed{2, "exit status 1"});
    progress->finish({});
    CHECK(stage.out == "last lines of [app 3/3] RUN make:\n  | broken\n");
  }
}

TEST_CASE("json: an object a line, bytes that are no UTF-8 replaced") {
  Stage stage;
  const auto progress = cli::make_progress("json", stage.options());
  run_the_build(*progress, stage);
  progress->on_event(engine::StepOutput{2, 2, "\xff"});
  const base::Error error(base::ErrorKind::step_failed, "run", "RUN make", "exit status 7");
  progress->finish({nullptr, &error});
  CHECK(progress->tells_errors());
  CHECK(stage.out.find("{\"event\":\"step\",\"step\":2,\"state\":\"cached\",\"seconds\":0.0}\n") !=
        std::string::npos);
  CHECK(stage.out.find("\"stream\":\"stderr\",\"text\":\"\\ufffd\"") != std::string::npos);
  CHECK(stage.out.find("{\"event\":\"error\",\"message\":\"run 'RUN make': exit status 7\"") !=
        std::string::npos);
  CHECK(count(stage.out, "\"event\":\"isolation\"") == 1);
  for (std::size_t at = 0; at < stage.out.size(); at = stage.out.find('\n', at) + 1)
    CHECK(stage.out[at] == '{');
}

TEST_CASE("tty: a table that is redrawn, done steps scroll up") {
  Stage stage;
  cli::TtyProgress progress(stage.options());
  progress.on_plan(two_steps());
  progress.on_event(engine::StepCached{1});
  progress.on_event(engine::StepStarted{2});
  stage.take();
  stage.pass(1000);
  progress.on_event(engine::StepOutput{2, 1, "compiling"});
  CHECK(stage.take() ==
        "\x1b[1A\r\x1b[J"
        "    info  isolation: root, in namespaces\n"
        "building 1.0s  1/2 steps, 1 cached\n"
        "    1.0s  [app 3/3] RUN make\n"
        "            compiling\n");
  stage.pass(200);
  progress.on_event(engine::StepFinished{2, 1200});
  CHECK(stage.take() ==
        "\x1b[3A\r\x1b[J"
        "    1.2s  [app 3/3] RUN make\n"
        "building 1.2s  2/2 steps, 1 cached\n");
  const BuildReport report = report_of_two();
  progress.finish({&report, nullptr});
  CHECK(stage.take() ==
        "\x1b[1A\r\x1b[J"
        "warning: UndefinedVar: X is not set (Dockerfile)\n"
        "built 1 image: 2 steps, 1 cached, 1.2s\n"
        "  app: pushed 1.5 kB, reused 2.0 MB\n");
}

TEST_CASE("tty: at most ten redraws a second, and no line wider than the terminal") {
  Stage stage;
  stage.columns = 30;
  cli::TtyProgress progress(stage.options());
  progress.on_plan(two_steps());
  progress.on_event(engine::StepStarted{2});
  for (int i = 0; i < 1000; ++i) {
    progress.on_event(engine::StepOutput{2, 1, std::string(200, 'x')});
    stage.pass(1);
  }
  CHECK(stage.writes <= 11);
  std::size_t begin = stage.out.rfind("\x1b[J") + 3;
  for (std::size_t end; (end = stage.out.find('\n', begin)) != std::string::npos; begin = end + 1)
    CHECK(end - begin <= 29);
}

TEST_CASE("tty: colours only when they are asked for") {
  Stage stage;
  cli::ProgressOptions options = stage.options();
  options.colour = true;
  cli::TtyProgress coloured(std::move(options));
  run_the_build(coloured, stage);
  CHECK(stage.take().find("\x1b[36m  cached\x1b[0m") != std::string::npos);
  cli::TtyProgress plain(stage.options());
  run_the_build(plain, stage);
  CHECK(stage.take().find("\x1b[36m") == std::string::npos);
}
