// Layers are read in a process of their own here, as the program does it: what that process may,
// and that everything else is as in one process.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_process.h"
#include "builder/sandbox/child_task.h"
#include "layer_fixture.h"
#include "tar_bytes.h"
#include "tree_text.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;

// Before doctest's main: this program is executed anew as the launcher.
__attribute__((constructor)) void become_child(int argc, char** argv) {
  constexpr sandbox::ChildTask kTasks[] = {{kLayerTask, run_layer_task}};
  sandbox::run_child_if_asked(argc, argv, kTasks);
  read_layers_apart();
}

std::vector<int> children(int pid) {
  std::vector<int> found;
  for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
    std::ifstream file(task.path() / "children");
    for (int child = 0; file >> child;) found.push_back(child);
  }
  return found;
}

// The process that reads a layer now: the launcher's only child.
int reader() {
  for (const int launcher : children(::getpid())) {
    if (const auto readers = children(launcher); !readers.empty()) return readers.front();
  }
  return 0;
}

std::string status_of(int pid, const std::string& key) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":"))
      return line.substr(line.find_first_not_of(" \t", key.size() + 1));
  }
  return {};
}

struct Reading {
  test::TempStore temp;
  std::string root = temp.path() + "/root";
  Reading() { fs::create_directories(root); }

  // A layer with a link into a lower one: the process asks for it, and waits while `meanwhile`
  // runs.
  ReadLayer read(const std::function<void()>& meanwhile, std::stop_token stop = {}) {
    const base::Fd fd = base::open_host_directory(root);
    ReadOptions options;
    options.find_lower = [&](const std::string& path) -> std::optional<Entry> {
      if (path != "low") return std::nullopt;
      meanwhile();
      Entry low = test::file("low", 5);
      low.mode = 0640;
      return low;
    };
    options.open_lower = [&](const std::string& path) {
      CHECK(path == "low");
      std::ofstream(temp.path() + "/low") << "below";
      return base::open_host(temp.path() + "/low", O_RDONLY);
    };
    const auto tar = test::tar_of({{"d/f", '0', "1"}, {"h", '1', "", "low"}});
    return read_layer(temp.store(), test::store_tar(temp.store(), tar), std::nullopt, fd.get(),
                      TreeForm::overlay, stop, options);
  }
};

// security.T50
TEST_CASE("the process that reads a layer can do nothing else") {
  Reading reading;
  int asked = 0;
  const ReadLayer layer = reading.read([&] {
    const int pid = reader();
    REQUIRE(pid > 0);
    if (asked++ > 0) return;
    CHECK(status_of(pid, "Seccomp") == "2");
    CHECK(status_of(pid, "NoNewPrivs") == "1");
    // chown, dac_override, fowner, fsetid, sys_admin (for trusted.overlay.*), mknod, setfcap
    CHECK(std::stoull(status_of(pid, "CapEff"), nullptr, 16) ==
          (std::stoull(status_of(::getpid(), "CapEff"), nullptr, 16) & 0x8820001bULL));
    std::ifstream environment("/proc/" + std::to_string(pid) + "/environ");
    CHECK(environment.get() == EOF);
    std::size_t descriptors = 0;
    for (const auto& fd : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
      const std::string target = fs::read_symlink(fd.path());
      const bool known = target == "/dev/null" || target.starts_with("socket:") ||
                         target.starts_with("pipe:") || target.starts_with("/memfd:") ||
                         target.starts_with(reading.temp.path());
      CHECK_MESSAGE(known, target);
      ++descriptors;
    }
    CHECK(descriptors < 16);
  });
  CHECK(asked > 0);
  CHECK(test::file_text(reading.root + "/h") == "below");
  CHECK(test::file_text(reading.root + "/d/f") == "1");
  CHECK(layer.index.find("h")->type == EntryType::hardlink);
  CHECK(layer.index.find("d/f")->content.has_value());
}

TEST_CASE("a process that dies, or is stopped, is an error and leaves no process") {
  Reading reading;
  CHECK_THROWS_WITH_AS(static_cast<void>(reading.read([] { ::kill(reader(), SIGKILL); })),
                       doctest::Contains("ended without a result"), base::Error);
  CHECK(reader() == 0);
  std::stop_source stop;
  try {
    static_cast<void>(reading.read([&] { stop.request_stop(); }, stop.get_token()));
    FAIL("not stopped");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
  }
  CHECK(reader() == 0);
}

TEST_CASE("errors come over with kind, text and hint; a damaged blob is set aside") {
  Reading reading;
  store::Store& store = reading.temp.store();
  const auto many = test::store_tar(store, test::tar_of({{"a", '0', "xyz"}, {"b"}}));
  ReadOptions options;
  options.limits.entries = 1;
  try {
    static_cast<void>(read_layer(store, many, std::nullopt, -1, TreeForm::plain, {}, options));
    FAIL("not refused");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::limit);
    CHECK(error.cause() == "more than 1 members");
    CHECK(error.hint().find("layerEntries") != std::string::npos);
  }
  const std::string path = store.path() + "/blobs/sha256/" + many.digest.hex();
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path, std::ios::in | std::ios::out).seekp(512) << "Z";
  CHECK_THROWS_AS(static_cast<void>(read_layer(store, many, std::nullopt, -1, TreeForm::plain, {})),
                  base::Error);
  CHECK_FALSE(store.has_blob(many.digest));
}

}  // namespace
}  // namespace cooper::layer
