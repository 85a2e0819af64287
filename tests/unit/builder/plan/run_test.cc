// Rows R1-R16, H6, H7: what a RUN step is given.
#include <doctest/doctest.h>

#include "builder/plan/run_plan.h"
#include "plan_case.h"

namespace cooper::plan {

using Words = std::vector<std::string>;

namespace {

std::string run_error(const std::string& run) {
  PlanCase test("FROM a\n" + run + "\n");
  return test.error();
}

MountOp mount_of(const std::string& options, const std::string& before = "") {
  PlanCase test("FROM a\n" + before + "RUN --mount=" + options + " x\n");
  return last_run(test.plan()).mounts.front();
}

}  // namespace

TEST_CASE("R1 shell form and exec form") {
  PlanCase shell("FROM a\nRUN echo $HOME\n");
  CHECK(last_run(shell.plan()).argv == Words{"/bin/sh", "-c", "echo $HOME"});
  PlanCase exec("FROM a\nSHELL [\"/bin/bash\"]\nRUN [\"echo\", \"$HOME\"]\n");
  CHECK(last_run(exec.plan()).argv == Words{"echo", "$HOME"});
}

TEST_CASE("R2 user, directory and environment") {
  PlanCase test("FROM a\nUSER u:g\nWORKDIR /w\nENV A=1\nARG B=2\nRUN x\n");
  const Plan plan = test.plan();
  CHECK(last_run(plan).user == "u:g");
  CHECK(last_run(plan).cwd == "/w");
  CHECK(environment_of(last_run(plan)) == "A=1 B=2");
  CHECK(last_run(plan).hostname == "buildkitsandbox");
}

TEST_CASE("H6 a lone here-document is the script") {
  PlanCase shell("FROM a\nRUN <<EOF\necho $A\nEOF\n");
  const Plan plan = shell.plan();
  CHECK(last_run(plan).argv == Words{"/bin/sh", "-c", "echo $A\n"});
  CHECK(history_of(plan).back() == "RUN /bin/sh -c echo $A\n # buildkit");
  CHECK(labels_of(plan).back() == "[2/2] RUN <<EOF (echo $A)");
}

TEST_CASE("H6 a body with #! is a file that the shell is told to execute") {
  PlanCase plain("FROM a\nRUN <<-EOF\n\t#!/bin/sh\n\tx\n\tEOF\n");
  const Plan plan = plain.plan();
  REQUIRE(last_run(plan).script.has_value());
  CHECK(last_run(plan).script->name == "EOF");
  CHECK(last_run(plan).script->body == "#!/bin/sh\nx\n");
  CHECK(last_run(plan).argv == Words{"/bin/sh", "-c", "/dev/pipes/EOF"});
}

TEST_CASE("H7 more on the line: the shell reads the bodies") {
  PlanCase test("FROM a\nRUN python3 <<EOF\nprint(1)\nEOF\n");
  CHECK(last_run(test.plan()).argv == Words{"/bin/sh", "-c", "python3 <<EOF\nprint(1)\nEOF"});
  PlanCase two("FROM a\nRUN <<A cat >x && <<B cat >y\n1\nA\n2\nB\n");
  CHECK(last_run(two.plan()).argv ==
        Words{"/bin/sh", "-c", "<<A cat >x && <<B cat >y\n1\nA\n2\nB"});
}

TEST_CASE("H2 what a lone here-document looks like") {
  for (const char* yes : {"<<EOF", " <<EOF ", "<<-EOF", "3<<EOF", "<<\"E F\"", "<< EOF"}) {
    CAPTURE(yes);
    CHECK(is_lone_heredoc(yes));
  }
  for (const char* no : {"", "<<", "<<EOF bash", "cat <<EOF", "<<A <<B", "<<EOF>x y"}) {
    CAPTURE(no);
    CHECK_FALSE(is_lone_heredoc(no));
  }
}

TEST_CASE("H8 the body is part of what a step is") {
  PlanCase test("FROM a\nRUN <<EOF\none\nEOF\n");
  TargetRequest other = test.request();
  other.name = "other";
  other.file = test.add_file("FROM a\nRUN <<EOF\ntwo\nEOF\n", "other");
  test.requests.push_back(other);
  CHECK(test.plan().graph.steps.size() == 3);
}

TEST_CASE("R8 bind mounts") {
  const MountOp plain = mount_of("target=app,source=/src/../x", "WORKDIR /w\n");
  CHECK(plain.target == "/w/app");
  CHECK(plain.source == "x");
  CHECK(plain.readonly);
  CHECK(plain.input == Input(ContextInput{0}));
  CHECK_FALSE(mount_of("type=bind,target=/a,rw").readonly);
  CHECK(mount_of("target=/a,from=busybox").input == Input(StepInput{1}));
  CHECK(mount_of("type=bind,target=$T", "ENV T=/t\n").target == "/t");
  CHECK(run_error("RUN --mount=type=bind,target=/ x").find("root directory") != std::string::npos);
}

TEST_CASE("R9 cache mounts") {
  const MountOp plain = mount_of("type=cache,target=/root/.npm/");
  CHECK(plain.id == "/root/.npm");
  CHECK(plain.mode == 0755);
  CHECK(plain.sharing == dockerfile::CacheSharing::shared);
  CHECK(plain.input == Input(EmptyInput{}));
  CHECK_FALSE(plain.readonly);
  const MountOp full =
      mount_of("type=cache,id=$I,target=/c,sharing=locked,mode=0700,uid=5,gid=6,ro", "ENV I=my\n");
  CHECK(full.id == "my");
  CHECK(full.mode == 0700);
  CHECK(full.uid == 5);
  CHECK(full.gid == 6);
  CHECK(full.readonly);
  CHECK(full.sharing == dockerfile::CacheSharing::locked);
}

TEST_CASE("R10 tmpfs and its size") {
  CHECK(mount_of("type=tmpfs,target=/t,size=64m").tmpfs_size == 64U << 20U);
  CHECK(mount_of("type=tmpfs,target=/t,size=$S", "ENV S=1GiB\n").tmpfs_size == 1U << 30U);
  CHECK(mount_of("type=tmpfs,target=/t").tmpfs_size == 0);
}

TEST_CASE("V5 every option may be a variable") {
  const MountOp op = mount_of("type=$T,target=/t,id=i,sharing=$S,ro=$R,mode=$M",
                              "ENV T=cache S=private R=true M=0750\n");
  CHECK(op.type == dockerfile::MountType::cache);
  CHECK(op.sharing == dockerfile::CacheSharing::private_);
  CHECK(op.readonly);
  CHECK(op.mode == 0750);
}

TEST_CASE("R11 secrets") {
  const MountOp plain = mount_of("type=secret,id=npm/token");
  CHECK(plain.id == "npm/token");
  CHECK(plain.target == "/run/secrets/token");
  CHECK(plain.mode == 0400);
  CHECK_FALSE(plain.required);
  const MountOp from_target = mount_of("type=secret,target=/etc/key,required,mode=0440,uid=33");
  CHECK(from_target.id == "key");
  CHECK(from_target.required);
  CHECK(from_target.mode == 0440);
  CHECK(from_target.uid == 33);
  const MountOp env = mount_of("type=secret,id=t,env=TOKEN");
  CHECK(env.env == "TOKEN");
  CHECK(env.target.empty());
  CHECK(mount_of("type=secret,id=t,env=TOKEN,target=/t").target == "/t");
}

TEST_CASE("R12 ssh") {
  PlanCase test("FROM a\nRUN --mount=type=ssh --mount=type=ssh,id=x x\n");
  const auto mounts = last_run(test.plan()).mounts;
  REQUIRE(mounts.size() == 2);
  CHECK(mounts[0].id == "default");
  CHECK(mounts[0].target == "/run/buildkit/ssh_agent.0");
  CHECK(mounts[1].target == "/run/buildkit/ssh_agent.1");
  CHECK(mounts[1].mode == 0600);
}

TEST_CASE("R13 what a type does not have, and values that are none") {
  for (const char* bad : {"type=bind,target=/a,mode=1", "type=tmpfs,target=/a,uid=1", "type=secret",
                          "type=cache,target=/a,size=1", "type=bind,target=/a,required",
                          "type=cache,target=/a,mode=$N", "type=secret,id=a,uid=$N",
                          "type=tmpfs,target=/a,size=$N", "type=cache,target=/a,sharing=$N",
                          "type=secret,id=a,source=b", "type=secret,id=a,env=$E"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(mount_of(bad, "ENV N=x9 E=a=b\n")), base::Error);
  }
}

TEST_CASE("R8 mounts are in the order in which they can be mounted") {
  PlanCase test(
      "FROM a\nRUN --mount=target=/a/b --mount=type=tmpfs,target=/a --mount=type=secret,id=s,env=S "
      "x\n");
  Words targets;
  const Plan plan = test.plan();
  for (const MountOp& mount : last_run(plan).mounts) targets.push_back(mount.target);
  CHECK(targets == Words{"", "/a", "/a/b"});
}

TEST_CASE("R14, R15, R16 what needs leave is refused without it") {
  CHECK(run_error("RUN --network=host x")
            .starts_with("2: run with --network 'host': the build does not allow it"));
  CHECK(run_error("RUN --security=insecure x").starts_with("2: run with --security 'insecure'"));
  CHECK(run_error("RUN --device=vendor.com/gpu=all x").starts_with("2: run with --device"));
  PlanCase test("FROM a\nRUN --network=host --security=insecure x\nRUN --network=none y\n");
  test.request().allow_host_network = true;
  test.request().allow_insecure = true;
  const Plan plan = test.plan();
  CHECK(std::get<RunOp>(plan.graph.steps[1].op).network == dockerfile::Network::host);
  CHECK(last_run(plan).network == dockerfile::Network::none);
}

TEST_CASE("R11 no value of a variable is in a RUN's label") {
  PlanCase test("FROM a\nARG TOKEN\nRUN curl -H $TOKEN ${TOKEN}\n");
  test.request().build_args = {{"TOKEN", "hunter2"}};
  CHECK(labels_of(test.plan()).back() == "[2/2] RUN curl -H $TOKEN ${TOKEN}");
}

}  // namespace cooper::plan
