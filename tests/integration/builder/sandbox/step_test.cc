// What a step is and how it ends.
#include <doctest/doctest.h>

#include <chrono>

#include "base/error.h"
#include "tests/integration/builder/sandbox/box.h"

using namespace cooper;
using namespace cooper::sandbox;

TEST_CASE("a step's output and exit code come back") {
  const Box box;
  const Ran ran = box.sh("echo out; echo err >&2; exit 7");
  CHECK(ran.out == "out\n");
  CHECK(ran.err == "err\n");
  CHECK(ran.status.code == 7);
  CHECK(!ran.status.signal);
  CHECK(!ran.status.success());
}

TEST_CASE("a step that changes nothing leaves an empty layer") {
  const Box box;
  CHECK(box.sh("true").status.success());
  CHECK(box.changes().empty());
}

TEST_CASE("cost of a step") {
  const Box box;
  SandboxSpec spec = box.spec("");
  spec.argv = {"/bin/true"};
  static_cast<void>(box.run(spec));
  const auto begin = std::chrono::steady_clock::now();
  constexpr int kSteps = 50;
  for (int i = 0; i < kSteps; ++i) REQUIRE(box.run(spec).status.success());
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
  MESSAGE("milliseconds a step: ", spent.count() / kSteps);
  CHECK(spent.count() / kSteps < 100);
}
