#include "base/process.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>

#include <cerrno>
#include <thread>

#include "base/error.h"
#include "base/fd.h"
#include "tests/support/temp_directory.h"

using namespace cooper::base;  // NOLINT(google-build-using-namespace)
using cooper::test::TempDirectory;

namespace {

const std::vector<std::string> kEnv = {"PATH=/usr/bin:/bin", "A=1"};

ProcessSpec shell(const std::string& script) {
  ProcessSpec spec;
  spec.argv = {"sh", "-c", script};
  spec.env = kEnv;
  return spec;
}

ErrorKind kind_of_failure(const ProcessSpec& spec) {
  try {
    static_cast<void>(run_process(spec));
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("it ran");
  return ErrorKind::failure;
}

}  // namespace

TEST_CASE("a program gets its input and gives its outputs and status") {
  ProcessSpec spec = shell("cat; echo err >&2; exit 3");
  spec.input = std::string(300'000, 'x');
  const ProcessResult result = run_process(spec);
  CHECK(result.output == spec.input);
  CHECK(result.errors == "err\n");
  CHECK(result.exit_status == 3);
  CHECK(result.signal == 0);
}

TEST_CASE("a signal is told") {
  const ProcessResult result = run_process(shell("kill -TERM $$"));
  CHECK(result.signal == SIGTERM);
  CHECK(result.exit_status == 128 + SIGTERM);
}

TEST_CASE("the child has our spec and nothing else of ours") {
  const Fd null(::open("/dev/null", O_RDONLY));
  const Fd leaked(::fcntl(null.get(), F_DUPFD, 77));  // not close-on-exec
  REQUIRE(leaked.get() >= 77);
  CHECK(
      run_process(shell("echo /proc/self/fd/*")).output.find("/" + std::to_string(leaked.get())) ==
      std::string::npos);
  CHECK(run_process(shell("env | grep -cv -e ^PATH= -e ^A= -e ^PWD= -e ^_= -e ^SHLVL= -e ^OLDPWD="))
            .output == "0\n");
  CHECK(run_process(shell("cat")).output.empty());
}

TEST_CASE("the working directory is a descriptor") {
  const TempDirectory directory;
  ProcessSpec spec = shell("pwd -P");
  spec.directory = directory.fd();
  CHECK(run_process(spec).output == directory.path() + "\n");
}

TEST_CASE("limits, time and cancellation") {
  ProcessSpec much = shell("yes");
  CHECK(kind_of_failure(much) == ErrorKind::limit);
  ProcessSpec slow = shell("sleep 600");
  slow.timeout = std::chrono::milliseconds(30);
  CHECK(kind_of_failure(slow) == ErrorKind::failure);
  std::stop_source stop;
  ProcessSpec cancelled = shell("sleep 600");
  cancelled.stop = stop.get_token();
  const std::jthread canceller([&stop] { stop.request_stop(); });
  CHECK(kind_of_failure(cancelled) == ErrorKind::cancelled);
}

TEST_CASE("what the child leaves behind is killed and not waited for") {
  const ProcessResult result = run_process(shell("sleep 600 & echo $!"));
  const pid_t orphan = std::stoi(result.output);
  // Killed; it may still be a zombie of another parent for a moment.
  bool gone = false;
  for (int i = 0; i < 1000 && !gone; ++i) {
    gone = ::kill(orphan, 0) != 0 && errno == ESRCH;
    const ProcessResult state =
        run_process(shell("cat /proc/" + std::to_string(orphan) + "/stat 2>/dev/null || true"));
    gone = gone || state.output.empty() || state.output.find(") Z ") != std::string::npos;
  }
  CHECK(gone);
}

TEST_CASE("errors of standard error beyond the limit are dropped") {
  ProcessSpec spec = shell("echo 1234567890 >&2");
  spec.errors_limit = 4;
  CHECK(run_process(spec).errors == "1234");
}

TEST_CASE("what cannot run is an error") {
  ProcessSpec absent;
  absent.argv = {"no-such-program-of-cooper"};
  absent.env = kEnv;
  CHECK(kind_of_failure(absent) == ErrorKind::not_found);
  ProcessSpec empty;
  CHECK(kind_of_failure(empty) == ErrorKind::usage);
  ProcessSpec nul = shell(std::string("a\0b", 3));
  CHECK(kind_of_failure(nul) == ErrorKind::usage);
  const TempDirectory directory;
  write_file_at(directory.fd(), "bad",
                "\x7f"
                "ELFxx",
                0755);
  ProcessSpec bad;
  bad.argv = {directory.path() + "/bad"};
  CHECK(kind_of_failure(bad) == ErrorKind::system);
}

TEST_CASE("programs are looked up in absolute directories only") {
  CHECK(find_program("sh", "/nowhere:/bin") == "/bin/sh");
  CHECK(find_program("sh", "").empty());
  CHECK(find_program("", "/bin").empty());
  CHECK(find_program("/bin/sh", "") == "/bin/sh");
  CHECK(find_program("/bin", "").empty());
  CHECK(find_program("process_test", ":.:").empty());
}
