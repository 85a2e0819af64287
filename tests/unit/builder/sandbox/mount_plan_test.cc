#include "builder/sandbox/mount_plan.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

#include "base/error.h"

using namespace cooper;
using namespace cooper::sandbox;

namespace {

std::string text_of(const std::vector<MountOp>& plan) {
  std::string text;
  for (const MountOp& op : plan) text += to_string(op) + "\n";
  return text;
}

// The expected text is a file; COOPER_UPDATE_GOLDEN=1 writes it anew.
void check_golden(const std::string& name, const std::string& text) {
  const std::string path = std::string(COOPER_TEST_DATA) + "/builder/sandbox/" + name;
  if (std::getenv("COOPER_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << text;
  std::ifstream file(path);
  CHECK(text == std::string(std::istreambuf_iterator<char>(file), {}));
}

SandboxSpec everything() {
  SandboxSpec spec;
  spec.root = OverlayRoot{{"/s/b", "/s/a"}, "/s/u", "/s/w"};
  BindMount context;
  context.root = "/home/me/site";
  context.source = "sub";
  context.target = "/src/../src";
  BindMount cache = context;
  cache = BindMount{"/cache/1", "", "/root/.npm", false, false, false, {}};
  BindMount stage;
  stage.target = "/from";
  stage.overlay_lowers = {"/s/c", "/s/d"};
  stage.discard_writes = true;
  FileMount secret;
  secret.target = "/run/secrets/token";
  secret.content = "hunter2";
  secret.uid = 33;
  spec.mounts = {context, cache, stage, TmpfsMount{"/t", 1024, 0755}, secret};
  spec.extra_hosts = {"db 10.0.0.1"};
  return spec;
}

}  // namespace

TEST_CASE("the plan as root") {
  check_golden("plan_root.txt", text_of(mount_plan(everything(), {})));
}

TEST_CASE("the plan in a user namespace, with a read-only directory as root") {
  SandboxSpec spec = everything();
  spec.root = DirectoryRoot{"/s/dir"};
  spec.readonly_root = true;
  check_golden("plan_rootless.txt", text_of(mount_plan(spec, {true, false, ""})));
}

TEST_CASE("an insecure step sees all of /proc and /sys") {
  SandboxSpec spec;
  spec.root = DirectoryRoot{"/d"};
  spec.insecure = true;
  CHECK(text_of(mount_plan(spec, {})).find("mask") == std::string::npos);
}

TEST_CASE("contents of files are in no text") {
  CHECK(text_of(mount_plan(everything(), {})).find("hunter2") == std::string::npos);
}

TEST_CASE("targets that are refused") {
  for (const char* target :
       {"", "/", "//", "/a/..", "/..", "relative", "/proc", "/proc/", "/sys/fs", "/x/../proc/1"}) {
    CAPTURE(std::string(target));
    SandboxSpec spec;
    spec.mounts = {TmpfsMount{target, 0, 01777}};
    CHECK_THROWS_AS(static_cast<void>(mount_plan(spec, {})), base::Error);
  }
  SandboxSpec spec;
  spec.mounts = {TmpfsMount{"/processes", 0, 01777}};
  CHECK(mount_plan(spec, {}).size() > 5);
}

TEST_CASE("hosts") {
  SandboxSpec spec;
  spec.hostname = "box";
  spec.extra_hosts = {"db 10.0.0.1", "six \tfe80::1"};
  CHECK(hosts_text(spec) ==
        "127.0.0.1\tlocalhost box\n::1\tlocalhost ip6-localhost "
        "ip6-loopback\n10.0.0.1\tdb\nfe80::1\tsix\n");
  for (const char* line : {"db", "db ", "a 1\nb 2"}) {
    spec.extra_hosts = {line};
    CHECK_THROWS_AS(static_cast<void>(hosts_text(spec)), base::Error);
  }
}

TEST_CASE("many layers do not fill the log") {
  SandboxSpec spec;
  spec.root = OverlayRoot{std::vector<std::string>(400, "/layer"), "/u", "/w"};
  CHECK(to_string(mount_plan(spec, {}).front()) ==
        "mount root overlay lower /layer lower /layer lower /layer lower /layer and 396 more upper "
        "/u");
}
