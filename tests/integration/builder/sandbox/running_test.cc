// Containers that live longer than a call: signals, more processes, networks, and ends of every
// kind.
#include <doctest/doctest.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>

#include "base/error.h"
#include "tests/integration/builder/sandbox/box.h"

using namespace cooper;
using namespace cooper::sandbox;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

bool lives(int pid) { return ::kill(pid, 0) == 0; }

// Of this box alone: other tests mount at the same time.
bool has_mounts(const Box& box) {
  std::ifstream file("/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.find(box.top().string()) != std::string::npos) return true;
  }
  return false;
}

// Waits until `done`, at most ten seconds.
template <class Done>
bool eventually(Done done) {
  for (int i = 0; i < 1000 && !done(); ++i) std::this_thread::sleep_for(10ms);
  return done();
}

}  // namespace

TEST_CASE("a signal reaches the main process") {
  const Box box;
  std::atomic<bool> ready = false;
  Running running =
      start(box.spec("trap 'echo got; exit 5' TERM; echo ready; while :; do sleep 0.05; done"),
            machine(), [&](int, std::string_view) { ready = true; });
  CHECK(lives(running.pid()));
  CHECK(!running.wait_for(1ms));
  REQUIRE(eventually([&] { return ready.load(); }));
  running.signal(SIGTERM);
  CHECK(running.wait().code == 5);
  CHECK(!lives(running.pid()));
  running.signal(SIGTERM);
}

TEST_CASE("more processes in the same container") {
  const Box box;
  Running running = start(box.spec("echo here > /tmp/mark; sleep 300"), machine(), {});
  REQUIRE(eventually([&] { return fs::exists(box.upper() / "tmp/mark"); }));
  std::string out;
  const auto collect = [&](int, std::string_view bytes) { out += bytes; };
  CHECK(
      running.exec({"sh", "-c", "cat /tmp/mark; echo $EXTRA; exit 4"}, {"EXTRA=more"}, collect, 10s)
          .code == 4);
  CHECK(out == "here\nmore\n");
  CHECK(running.exec({"nonsense"}, {}, collect, 10s).code == 127);
  CHECK_THROWS_AS(static_cast<void>(running.exec({"sleep", "300"}, {}, {}, 100ms)), base::Error);
  CHECK(running.exec({"true"}, {}, {}, 10s).success());
  running.kill();
  CHECK(running.wait().signal == SIGKILL);
  CHECK_THROWS_AS(static_cast<void>(running.exec({"true"}, {}, {}, 1s)), base::Error);
}

TEST_CASE("cancelling kills the tree within a tenth of a second") {
  const Box box;
  std::stop_source stop;
  std::chrono::steady_clock::time_point asked;
  std::atomic<bool> ready = false;
  std::thread canceller([&] {
    eventually([&] { return ready.load(); });
    asked = std::chrono::steady_clock::now();
    stop.request_stop();
  });
  CHECK_THROWS_WITH_AS(static_cast<void>(sandbox::run(
                           box.spec("setsid sleep 300 & echo ready; sleep 300"), machine(),
                           [&](int, std::string_view) { ready = true; }, stop.get_token())),
                       doctest::Contains("cancelled"), base::Error);
  canceller.join();
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - asked;
  MESSAGE("milliseconds from cancel to end: ", spent.count());
  CHECK(spent.count() < 1000);  // 100 on a quiet machine
}

TEST_CASE("destroying a container ends it; nothing is left") {
  const Box box;
  int pid = 0;
  {
    const Running running = start(box.spec("sleep 300"), machine(), {});
    pid = running.pid();
  }
  CHECK(!lives(pid));
  CHECK(!has_mounts(box));
}

TEST_CASE("what the output callback throws ends the step and comes back") {
  const Box box;
  CHECK_THROWS_AS(static_cast<void>(sandbox::run(
                      box.spec("echo x; sleep 300"), machine(),
                      [](int, std::string_view) { throw std::runtime_error("full"); }, {})),
                  std::runtime_error);
}

// security.F1
TEST_CASE("kill -9 of the builder leaves no process and no mount") {
  const Box box;
  const std::string victim = "COOPER_TEST_VICTIM=" + box.top().string();
  std::string program = "victim";
  char* const argv[] = {program.data(), nullptr};
  char* const env[] = {const_cast<char*>(victim.c_str()), nullptr};
  pid_t builder = -1;
  REQUIRE(posix_spawn(&builder, "/proc/self/exe", nullptr, nullptr, argv, env) == 0);
  REQUIRE(eventually([&] { return box.read("pid").ends_with("\n"); }));
  const int init = std::stoi(box.read("pid"));
  CHECK(lives(init));
  ::kill(builder, SIGKILL);
  waitpid(builder, nullptr, 0);
  CHECK(eventually([&] { return !lives(init); }));
  CHECK(!has_mounts(box));
}

TEST_CASE(
    "S15: without network there is a loopback interface and no other; a container can join it") {
  const Box box;
  SandboxSpec spec = box.spec("sleep 300");
  spec.network = NetworkMode::none;
  Running running = start(spec, machine(), {});
  std::string out;
  const auto collect = [&](int, std::string_view bytes) { out += bytes; };
  CHECK(running
            .exec({"sh", "-c",
                   "ip -o link | grep -c .; ip -o link | grep -c LOOPBACK,UP; readlink "
                   "/proc/self/ns/net"},
                  {}, collect, 10s)
            .success());
  CHECK(out.substr(0, 4) == "1\n1\n");
  const Box other;
  SandboxSpec joined = other.spec("readlink /proc/self/ns/net");
  joined.network = NetworkMode::join;
  joined.network_of = running.pid();
  CHECK(other.run(joined).out == out.substr(4));
}

TEST_CASE("many containers at once, from several threads") {
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const Box box;
      for (int k = 0; k < 5; ++k) good += box.sh("echo x > /f; cat /f").out == "x\n" ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(good == 20);
}

TEST_CASE("the probe says what it found, quickly") {
  const auto begin = std::chrono::steady_clock::now();
  const Probe found = probe(fs::temp_directory_path().string());
  const std::chrono::duration<double, std::milli> spent = std::chrono::steady_clock::now() - begin;
  MESSAGE("milliseconds of the probe: ", spent.count(), " reason: ", found.reason);
  CHECK(found.mode != Mode::chroot);
  CHECK(found.overlay);
}

TEST_CASE("what a chroot cannot give is refused by name") {
  const Box box;
  Probe none;
  none.reason = "new namespaces: operation not permitted";
  CHECK_THROWS_WITH_AS(static_cast<void>(start(box.spec("true"), none, {})),
                       doctest::Contains("isolation 'chroot' cannot give it"), base::Error);
}
