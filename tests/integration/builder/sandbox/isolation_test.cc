// What a hostile image or step cannot do. Numbers are those of the threat list in docs: S2 working
// directories, S3 masks, S4 special directories, S8 the builder's memory and environment, S9 system
// calls.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "tests/integration/builder/sandbox/box.h"

using namespace cooper;
using namespace cooper::sandbox;
namespace fs = std::filesystem;

// security.S2 security.D8
TEST_CASE("S2: a working directory through a magic link is refused") {
  const Box box;
  for (const char* target : {"/proc/self/fd/9", "/proc/1/root", "/proc/self/cwd"}) {
    CAPTURE(target);
    fs::remove(box.base() / "w");
    fs::create_symlink(target, box.base() / "w");
    SandboxSpec spec = box.spec("pwd");
    spec.cwd = "/w";
    CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("working directory"), base::Error);
  }
}

// security.S2 security.D8
TEST_CASE("S2: a working directory through an absolute link stays in the root") {
  const Box box;
  fs::create_symlink("/tmp", box.base() / "w");
  SandboxSpec spec = box.spec("pwd");
  spec.cwd = "/w";
  CHECK(box.run(spec).out == "/tmp\n");
}

// security.S3
TEST_CASE("S3: what is masked is masked, whatever the image has in /dev") {
  const Box box;
  fs::create_symlink("/proc/sys/kernel/core_pattern", box.base() / "dev/null");
  const std::string before = box.read("../../proc/sys/kernel/core_pattern");
  const Ran ran = box.sh(
      "echo evil > /proc/sys/kernel/core_pattern && echo WRITTEN; echo b > /proc/sysrq-trigger && "
      "echo WRITTEN;"
      "cat /proc/kcore /proc/keys /proc/timer_list | wc -c; ls /sys/firmware | wc -l; ls "
      "/proc/scsi 2>/dev/null | wc -l;"
      "touch /sys/x && echo WRITTEN; stat -c '%F %t:%T' /dev/null");
  CHECK(ran.out == "0\n0\n0\ncharacter special file 1:3\n");
  CHECK(before == box.read("../../proc/sys/kernel/core_pattern"));
}

// security.S4
TEST_CASE("S4: /dev, /proc or /sys as a link or file is refused") {
  for (const char* name : {"dev", "proc", "sys"}) {
    CAPTURE(name);
    const Box box;
    fs::create_directory(box.top() / "canary");
    fs::remove(box.base() / name);
    fs::create_symlink(box.top() / "canary", box.base() / name);
    CHECK_THROWS_WITH_AS(box.sh("true"), doctest::Contains("something else than a directory"),
                         base::Error);
    fs::remove(box.base() / name);
    box.write(std::string("base/") + name, "file");
    CHECK_THROWS_AS(box.sh("true"), base::Error);
    CHECK(fs::is_empty(box.top() / "canary"));
    CHECK(box.changes().empty());
  }
}

// security.S4
TEST_CASE("S4: resolv.conf and hosts as links lead nowhere outside") {
  const Box box;
  box.write("canary", "untouched");
  fs::create_symlink(box.top() / "canary", box.base() / "etc/resolv.conf");
  fs::create_symlink("../../../../run/x/stub.conf", box.base() / "etc/hosts");
  const Ran ran = box.sh("head -n 1 /etc/hosts");
  CHECK(ran.out == "127.0.0.1\tlocalhost buildkitsandbox\n");
  CHECK(box.read("canary") == "untouched");
  CHECK(box.changes().empty());
}

// security.S8
TEST_CASE("S8: nothing of the builder can be read through /proc") {
  const Box box;
  setenv("COOPER_SECRET_OF_BUILDER", "hunter2", 1);
  const Ran ran = box.sh(
      "cat /proc/*/environ 2>/dev/null | grep -c hunter2; cat /proc/1/environ /proc/1/maps "
      "/proc/1/mem; "
      "for d in root cwd fd/3 fd/4 fd/8; do ls /proc/1/$d/ | wc -l; readlink /proc/1/$d; done; "
      "echo done; ls -d /proc/[0-9]* | wc -l");
  CHECK(ran.out.substr(0, 17) == "0\n0\n0\n0\n0\n0\ndone\n");
  CHECK(std::stoi(ran.out.substr(17)) < 8);
}

// security.S9
TEST_CASE("S9: mounts, namespaces and devices of the host are refused") {
  const Box box;
  const Ran ran = box.sh(
      "mount -t tmpfs x /tmp && echo MOUNTED; unshare -U true && echo USERNS; unshare -m true && "
      "echo MOUNTNS;"
      "mount -o remount,rw /sys && echo REMOUNTED; echo done");
  CHECK(ran.out == "done\n");
  CHECK(box.changes().empty());
}

TEST_CASE("no way upwards leads out of the root, and no mount of the host is seen") {
  const Box box;
  const Ran ran = box.sh(
      "ls /.. /etc/../.. ; grep -c / /proc/self/mountinfo; cut -d' ' -f5 /proc/self/mountinfo | "
      "grep -E -v '^/(|proc|sys|dev|etc)(/|$)'");
  const std::string own = "bin\ndev\netc\nproc\nroot\nsys\ntmp\n";
  const std::string listing = "/..:\n" + own + "\n/etc/../..:\n" + own;
  REQUIRE(ran.out.substr(0, listing.size()) == listing);
  const std::string count = ran.out.substr(listing.size());
  CHECK(count.find('\n') + 1 == count.size());
  CHECK(std::stoi(count) > 10);
}

TEST_CASE("/dev has the usual devices and nothing else") {
  const Box box;
  const Ran ran = box.sh(
      "ls /dev | tr '\\n' ' '; echo; echo x > /dev/null; head -c 3 /dev/zero | wc -c; echo y > "
      "/dev/shm/f && "
      "cat /dev/shm/f; test -c /dev/ptmx && echo ptmx; echo out > /dev/stdout");
  CHECK(ran.out ==
        "core fd full mqueue null ptmx pts random shm stderr stdin stdout tty urandom zero "
        "\n3\ny\nptmx\nout\n");
  CHECK(box.changes().empty());
}
