// Layers are read in a process of their own here, as the program does it: what that process may,
// and that everything else is as in one process.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/archive_spool.h"
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

base::Fd file_with(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
  return base::open_host(path, O_RDWR);
}

// security.T50
TEST_CASE("an archive of ADD is read by that process too") {
  const test::TempStore temp;
  const std::string path = temp.path() + "/archive";
  const std::string tar = test::tar_of({{"d/", '5'},
                                        {"d/f", '0', "first"},
                                        {"l", '2', "", "d/f"},
                                        {"d/f", '0', "second"},
                                        {"h", '1', "", "d/f"}});
  for (const std::string tool : {"cat", "gzip -c", "zstd -qc", "bzip2 -c", "xz -c"}) {
    CAPTURE(tool);
    file_with(path + ".tar", tar);
    REQUIRE(std::system((tool + " " + path + ".tar > " + path).c_str()) == 0);
    const auto spool =
        spool_archive(base::open_host(path, O_RDONLY), path, file_with(temp.path() + "/bytes", ""));
    REQUIRE(spool.has_value());
    REQUIRE(spool->members.size() == 5);
    CHECK(spool->members[1].entry.path == "d/f");
    CHECK(spool->members[1].offset == 0);
    CHECK(spool->members[3].offset == 5);
    CHECK(spool->members[3].entry.size == 6);
    CHECK(spool->members[4].entry.type == EntryType::hardlink);
    CHECK(spool->members[4].entry.link == "d/f");
    CHECK(test::file_text(temp.path() + "/bytes") == "firstsecond");
  }
  CHECK(reader() == 0);
}

TEST_CASE("what is no archive, a bad one, and limits of one, are told by that process") {
  const test::TempStore temp;
  const auto spool = [&](const std::string& bytes) {
    return spool_archive(file_with(temp.path() + "/archive", bytes), "name",
                         file_with(temp.path() + "/bytes", ""));
  };
  CHECK_FALSE(spool("text").has_value());
  CHECK_FALSE(spool(std::string(32769, '\0') + "CD001").has_value());
  CHECK_FALSE(spool("BZh91AY&SY").has_value());
  CHECK_THROWS_WITH_AS(static_cast<void>(spool(test::tar_of({{"../x", '0', "1"}}))),
                       doctest::Contains("'..'"), base::Error);
  CHECK_THROWS_WITH_AS(
      static_cast<void>(spool(test::tar_of({{"x", '0', std::string(2000, 'x')}}).substr(0, 1500))),
      doctest::Contains("cut short"), base::Error);
}

TEST_CASE("what that process says of an archive is checked") {
  Entry file = test::file("f", 5);
  const std::string good = serialize(std::vector<SpooledMember>{{file, 0}, {file, 5}});
  CHECK(parse_spooled_members(good, 10).at(1).offset == 5);
  CHECK_THROWS_AS(static_cast<void>(parse_spooled_members(good, 9)), base::Error);
  CHECK_THROWS_AS(static_cast<void>(parse_spooled_members(good.substr(0, good.size() - 1), 10)),
                  base::Error);
  CHECK_THROWS_AS(static_cast<void>(parse_spooled_members("\xff\xff", 10)), base::Error);
  file.type = EntryType::whiteout;
  CHECK_THROWS_AS(
      static_cast<void>(parse_spooled_members(serialize(std::vector<SpooledMember>{{file, 0}}), 9)),
      base::Error);
}

}  // namespace
}  // namespace cooper::layer
