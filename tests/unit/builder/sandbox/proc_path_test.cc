#include "builder/sandbox/proc_path.h"

#include <doctest/doctest.h>

namespace cooper::sandbox {
namespace {

std::string path_of(const char* path, bool follow = true) {
  const auto found = proc_path(path, 17, 19, follow);
  return found ? found->path : "";
}

TEST_CASE("what is not in /proc is left to the kernel") {
  CHECK(path_of("/etc/passwd").empty());
  CHECK(path_of("/processes/1").empty());
  CHECK(path_of("/dev/null").empty());
  CHECK(path_of("/dev").empty());
  CHECK(path_of("/proc/self/../1/environ").empty());
}

TEST_CASE("a step's own names are those of the asking process") {
  CHECK(path_of("/proc/self/status") == "/proc/17/status");
  CHECK(path_of("/proc/./self//fd/3") == "/proc/17/fd/3");
  CHECK(path_of("/proc/thread-self/comm") == "/proc/17/task/19/comm");
  CHECK(path_of("/proc/mounts") == "/proc/17/mounts");
  CHECK(path_of("/proc/net/tcp") == "/proc/17/net/tcp");
  CHECK(path_of("/proc/cpuinfo") == "/proc/cpuinfo");
  CHECK(path_of("/proc") == "/proc");
}

TEST_CASE("the links of /dev lead there, unless the link itself is meant") {
  CHECK(path_of("/dev/fd/63") == "/proc/17/fd/63");
  CHECK(path_of("/dev/stderr") == "/proc/17/fd/2");
  CHECK(path_of("/dev/stderr", false).empty());
  CHECK(path_of("/dev/fd", false).empty());
  CHECK(path_of("/dev/fd/0", false) == "/proc/17/fd/0");
}

TEST_CASE("a link asked about itself stays itself") {
  CHECK(path_of("/proc/self", false) == "/proc/self");
  CHECK(path_of("/proc/self/exe", false) == "/proc/17/exe");
}

TEST_CASE("whose file it is") {
  CHECK(proc_path("/proc/self/maps", 17, 17, true)->own);
  CHECK(proc_path("/proc/17/maps", 17, 17, true)->own);
  CHECK_FALSE(proc_path("/proc/1/environ", 17, 17, true)->own);
  CHECK(proc_path("/proc/1/environ", 17, 17, true)->process == 1);
  CHECK(proc_path("/proc/meminfo", 17, 17, true)->process == 0);
  CHECK(proc_path("/proc/kcore", 17, 17, true)->hidden);
  CHECK(proc_path("/proc/sysrq-trigger", 17, 17, true)->hidden);
  CHECK_FALSE(proc_path("/proc/sys/kernel/ostype", 17, 17, true)->hidden);
}

TEST_CASE("what lies below a link of a process is looked up elsewhere") {
  for (const char* link : {"root", "cwd", "exe", "fd/3", "task/19/root", "task/19/fd/3"}) {
    CAPTURE(link);
    const std::string path = std::string("/proc/self/") + link;
    CHECK(proc_path(path, 17, 17, true)->below.empty());
    const auto found = proc_path(path + "/etc/shadow", 17, 17, true);
    CHECK(found->path == std::string("/proc/17/") + link);
    CHECK(found->below == "etc/shadow");
  }
  CHECK(proc_path("/dev/fd/3/x", 17, 17, true)->below == "x");
  CHECK(proc_path("/proc/18/cwd/x", 17, 17, true)->below == "x");
  CHECK(proc_path("/proc/self/task/19/comm", 17, 17, true)->below.empty());
  CHECK(proc_path("/proc/self/net/tcp", 17, 17, true)->below.empty());
  CHECK(proc_path("/proc/sys/kernel/ostype", 17, 17, true)->below.empty());
  CHECK(goes_up("1/../../etc"));
  CHECK_FALSE(goes_up("1/..etc"));
}

TEST_CASE("links are told as the step sees them") {
  CHECK(seen_from("/store/fs", "/store/fs/usr/bin/node") == "/usr/bin/node");
  CHECK(seen_from("/store/fs", "/store/fs") == "/");
  CHECK(seen_from("/store/fs", "/store/fsx/a") == "/store/fsx/a");
  CHECK(seen_from("/store/fs", "pipe:[7]") == "pipe:[7]");
}

}  // namespace
}  // namespace cooper::sandbox
