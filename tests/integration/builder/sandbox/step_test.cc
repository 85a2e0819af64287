// What a step is, what it has, and how it ends.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <chrono>

#include "base/error.h"
#include "base/fd.h"
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

TEST_CASE("an ordinary user may open its streams by name") {
  const Box box;
  SandboxSpec spec = box.spec("echo out >/proc/self/fd/1; echo err >/proc/self/fd/2");
  spec.user = "app";
  const Ran ran = box.run(spec);
  CHECK(ran.out == "out\n");
  CHECK(ran.err == "err\n");
}

TEST_CASE("a signal that ended the step is reported") {
  const Box box;
  const Ran ran = box.sh("kill -9 $$");
  CHECK(ran.status.code == 137);
  CHECK(ran.status.signal == 9);
}

TEST_CASE("a program that is not there, or no program") {
  const Box box;
  SandboxSpec spec = box.spec("");
  spec.argv = {"nonsense"};
  Ran ran = box.run(spec);
  CHECK(ran.status.code == 127);
  CHECK(ran.err == "exec: \"nonsense\": executable file not found in $PATH\n");
  spec.argv = {"/bin/nonsense"};
  ran = box.run(spec);
  CHECK(ran.status.code == 127);
  CHECK(ran.err == "exec: \"/bin/nonsense\": no such file or directory\n");
  spec.argv = {"/etc/passwd"};
  ran = box.run(spec);
  CHECK(ran.status.code == 126);
  CHECK(ran.err == "exec: \"/etc/passwd\": permission denied\n");
  spec.argv = {"true"};
  spec.env.clear();
  CHECK(box.run(spec).status.code == 127);
  spec.argv.clear();
  CHECK_THROWS_AS(box.run(spec), base::Error);
}

TEST_CASE("the environment is the spec's, with HOME of the user") {
  const Box box;
  SandboxSpec spec = box.spec("env");
  setenv("COOPER_SECRET_OF_BUILDER", "1", 1);
  CHECK(box.run(spec).out.find("COOPER_SECRET") == std::string::npos);
  CHECK(box.run(spec).out.find("HOME=/root\n") != std::string::npos);
  spec.user = "app";
  CHECK(box.run(spec).out.find("HOME=/home/app\n") != std::string::npos);
  spec.env.push_back("HOME=/elsewhere");
  CHECK(box.run(spec).out.find("HOME=/elsewhere\n") != std::string::npos);
  spec.env.pop_back();
  spec.user = "4321";
  CHECK(box.run(spec).out.find("HOME=/\n") != std::string::npos);
}

// security.S7
TEST_CASE("S7: ids, groups and capabilities of root and of a user") {
  const Box box;
  SandboxSpec spec =
      box.spec("grep -E '^(Uid|Gid|Groups|Cap|NoNew|Seccomp:)' /proc/self/status | tr '\\t' ' '");
  Ran ran = box.run(spec);
  CHECK(
      ran.out ==
      "Uid: 0 0 0 0\nGid: 0 0 0 0\nGroups: 0 \nCapInh: 0000000000000000\nCapPrm: 00000000a80425fb\n"
      "CapEff: 00000000a80425fb\nCapBnd: 00000000a80425fb\nCapAmb: 0000000000000000\nNoNewPrivs: "
      "0\nSeccomp: 2\n");
  spec.user = "app";
  ran = box.run(spec);
  CHECK(ran.out ==
        "Uid: 1000 1000 1000 1000\nGid: 1000 1000 1000 1000\nGroups: 29 1000 \nCapInh: "
        "0000000000000000\n"
        "CapPrm: 0000000000000000\nCapEff: 0000000000000000\nCapBnd: 00000000a80425fb\n"
        "CapAmb: 0000000000000000\nNoNewPrivs: 0\nSeccomp: 2\n");
  spec.user = "app:0";
  CHECK(box.run(spec).out.find("Gid: 0 0 0 0\nGroups: 0 \n") != std::string::npos);
  spec.user = "nobody-here";
  CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("no such user"), base::Error);
  spec.user = "4294967296";
  CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("out of range"), base::Error);
}

TEST_CASE("the working directory must exist in the root") {
  const Box box;
  SandboxSpec spec = box.spec("pwd");
  spec.cwd = "/tmp";
  CHECK(box.run(spec).out == "/tmp\n");
  spec.cwd = "/absent";
  CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("working directory '/absent'"),
                       base::Error);
}

// security.S1
TEST_CASE("S1: no descriptor of the builder is open in the step") {
  const Box box;
  box.write("secret", "secret");
  const base::Fd file(open((box.top() / "secret").c_str(), O_RDONLY));
  const base::Fd directory(open("/", O_RDONLY | O_DIRECTORY));
  REQUIRE(dup2(file.get(), 77) == 77);
  REQUIRE(dup2(directory.get(), 78) == 78);
  const Ran ran =
      box.sh("ls /proc/self/fd; cat <&77; ls /proc/self/fd/78/../..; readlink /proc/self/fd/0");
  close(77);
  close(78);
  CHECK(ran.out == "0\n1\n2\n3\n/dev/null\n");  // 3 is the directory ls itself reads
}

TEST_CASE("umask, process 1 and host name are what a step expects") {
  const Box box;
  const Ran ran =
      box.sh("umask; touch /f; stat -c %a /f; hostname; test $$ -lt 10 && echo own-processes");
  CHECK(ran.out == "0022\n644\nbuildkitsandbox\nown-processes\n");
}

// security.S10
TEST_CASE("S10: what the step leaves running is dead when it has ended") {
  const Box box;
  const auto begin = std::chrono::steady_clock::now();
  const Ran ran =
      box.sh("(setsid sh -c 'sleep 1; touch /late' >/dev/null 2>&1 &) ; sleep 300 & exit 3");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  CHECK(ran.status.code == 3);
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
  CHECK(spent.count() / kSteps < 200);
}
