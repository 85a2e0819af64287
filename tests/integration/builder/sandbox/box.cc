#include "tests/integration/builder/sandbox/box.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/random_name.h"

namespace cooper::sandbox {
namespace fs = std::filesystem;
namespace {

// A builder that is to be killed: starts a container in the box at `top` and writes its pid there.
[[noreturn]] void be_victim(const std::string& top) {
  const fs::path box(top);
  SandboxSpec spec;
  spec.root =
      OverlayRoot{{(box / "base").string()}, (box / "upper").string(), (box / "work").string()};
  spec.argv = {"/bin/sleep", "300"};
  const Running running = start(spec, probe(top), {});
  std::ofstream(box / "pid") << running.pid() << "\n";
  for (;;) pause();
}

// The sandbox re-executes this test program; it must be recognised before doctest's main.
__attribute__((constructor)) void become_child(int argc, char** argv) {
  run_child_if_asked(argc, argv);
  if (getenv("COOPER_TEST_ROOTLESS") != nullptr) enter_user_namespace(Isolation::userns);
  if (const char* top = getenv("COOPER_TEST_VICTIM")) be_victim(top);
}

constexpr const char* kBusybox = "/bin/busybox";
constexpr const char* kTools[] = {
    "sh",      "cat", "ls",       "id",       "echo",  "mkdir", "rm",    "rmdir", "touch",
    "ln",      "mv",  "sleep",    "true",     "false", "grep",  "mount", "stat",  "chmod",
    "kill",    "ps",  "hostname", "ip",       "test",  "head",  "env",   "pwd",   "setsid",
    "unshare", "dd",  "printf",   "readlink", "tr",    "wc",    "sed",   "chown", "cut"};

}  // namespace

Box::Box() : top_(fs::temp_directory_path() / ("cooper-box-" + base::random_name())) {
  for (const char* one : {"base/bin", "base/etc", "base/root", "base/tmp", "base/proc", "base/sys",
                          "base/dev", "upper", "work"}) {
    fs::create_directories(top_ / one);
  }
  fs::copy_file(kBusybox, base() / "bin/busybox");
  for (const char* tool : kTools) fs::create_symlink("busybox", base() / "bin" / tool);
  write("base/etc/passwd", "root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n");
  write("base/etc/group", "root:x:0:\napp:x:1000:\naudio:x:29:app\n");
  fs::permissions(base() / "tmp", fs::perms::all | fs::perms::sticky_bit);
}

Box::~Box() {
  std::error_code ignored;
  fs::remove_all(top_, ignored);
}

SandboxSpec Box::spec(const std::string& script) const {
  SandboxSpec spec;
  spec.root = OverlayRoot{{base().string()}, upper().string(), (top_ / "work").string()};
  spec.argv = {"/bin/sh", "-c", script};
  spec.env = {"PATH=/bin"};
  return spec;
}

Ran Box::run(const SandboxSpec& spec) const {
  Ran ran;
  ran.status = sandbox::run(
      spec, machine(),
      [&](int stream, std::string_view bytes) { (stream == 1 ? ran.out : ran.err) += bytes; }, {});
  return ran;
}

std::vector<std::string> Box::changes() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(upper())) {
    found.push_back(fs::relative(entry.path(), upper()).string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

void Box::renew() const {
  fs::remove_all(top_ / "upper");
  fs::remove_all(top_ / "work");
  fs::create_directories(top_ / "upper");
  fs::create_directories(top_ / "work");
}

void Box::write(const std::string& path, const std::string& text) const {
  fs::create_directories((top_ / path).parent_path());
  std::ofstream file(top_ / path, std::ios::binary);
  file << text;
  if (!file) throw std::runtime_error("cannot write " + path);
}

std::string Box::read(const std::string& path) const {
  std::ifstream file(top_ / path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

const Probe& machine() {
  static const Probe found = probe(fs::temp_directory_path().string());
  return found;
}

}  // namespace cooper::sandbox
