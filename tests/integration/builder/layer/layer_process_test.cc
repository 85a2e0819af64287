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
#include "builder/layer/layer_content.h"
#include "builder/layer/layer_process.h"
#include "builder/layer/member_frames.h"
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

// Compressed, and large enough not to be through before it is looked at.
BlobFile large_layer(store::Store& store, const std::string& bytes) {
  const std::string path = store.path() + "/plain";
  std::ofstream(path, std::ios::binary)
      << test::tar_of({{"./d/", '5'}, {"./d/f", '0', bytes}, {"/g", '0', "second"}});
  REQUIRE(std::system(("zstd -qf --rm " + path + " -o " + path + ".zst").c_str()) == 0);
  const auto digest = store.put_blob(test::file_text(path + ".zst"));
  return open_blob_file(store, digest).value();
}

struct Seen final : MemberVisitor {
  void begin(const std::string& path) override { text += "<" + path + ">"; }
  void feed(std::span<const std::byte> bytes) override {
    apart = apart || reader() > 0;
    text += base::as_text(bytes);
  }
  void end() override { text += "|"; }
  std::string text;
  bool apart = false;
};

// security.T50
TEST_CASE("a tar, members and the state of a layer come out of such a process") {
  test::TempStore temp;
  std::string bytes(std::size_t{8} << 20, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i >> 7);
  const std::string whole =
      test::tar_of({{"./d/", '5'}, {"./d/f", '0', bytes}, {"/g", '0', "second"}});
  std::string tar;
  read_tar(large_layer(temp.store(), bytes), {}, [&](base::Source& source) {
    CHECK(reader() > 0);
    tar = base::read_all(source, whole.size() + 1, "tar");
  });
  CHECK(tar == whole);
  Seen seen;
  read_members(large_layer(temp.store(), bytes), {}, seen);
  CHECK(seen.apart);
  CHECK(seen.text == "<d/>|<d/f>" + bytes + "|<g>second|");
  const LayerState state = check_layer(large_layer(temp.store(), bytes), {});
  CHECK(state.diff_id == oci::DiffId::parse(oci::Digest::of_bytes(whole).to_string()));
  CHECK(state.compression == Compression::zstd);
  CHECK(state.fault.empty());
  CHECK(reader() == 0);
}

TEST_CASE("what is wrong with a layer is told by that process; who does not read on is not stuck") {
  test::TempStore temp;
  const auto blob = [&](const std::string& bytes) {
    return open_blob_file(temp.store(), temp.store().put_blob(bytes)).value();
  };
  const std::string short_tar = test::tar_of({{"x", '0', std::string(2000, 'x')}}).substr(0, 1500);
  CHECK(check_layer(blob(short_tar), {}).fault == "the tar is cut short");
  Seen seen;
  CHECK_THROWS_WITH_AS(read_members(blob(short_tar), {}, seen), doctest::Contains("cut short"),
                       base::Error);
  const auto nothing = [](base::Source&) {};
  CHECK_THROWS_WITH_AS(read_tar(blob("Rar!\x1a\x07"), {}, nothing), doctest::Contains("it is rar"),
                       base::Error);
  std::string bytes(std::size_t{8} << 20, 'x');
  read_tar(large_layer(temp.store(), bytes), {}, nothing);
  CHECK(reader() == 0);

  const oci::Digest digest = temp.store().put_blob(test::tar_of({{"x", '0', "y"}}));
  const std::string path = temp.store().path() + "/blobs/sha256/" + digest.hex();
  fs::permissions(path, fs::perms::owner_all);
  std::ofstream(path, std::ios::in | std::ios::out).seekp(512) << "Z";
  CHECK_THROWS_AS(read_tar(open_blob_file(temp.store(), digest).value(), {}, nothing), base::Error);
  CHECK_FALSE(temp.store().has_blob(digest));
}

TEST_CASE("reading content ends when it is stopped, and when the process dies") {
  test::TempStore temp;
  const std::string bytes(std::size_t{8} << 20, 'x');
  std::stop_source stop;
  try {
    read_tar(large_layer(temp.store(), bytes), stop.get_token(),
             [&](base::Source&) { stop.request_stop(); });
    FAIL("not stopped");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
  }
  CHECK_THROWS_WITH_AS(read_tar(large_layer(temp.store(), bytes), {},
                                [](base::Source&) { ::kill(reader(), SIGKILL); }),
                       doctest::Contains("ended without a result"), base::Error);
  CHECK(reader() == 0);
}

TEST_CASE("members as they are told are checked") {
  const auto visit = [](const std::string& text) {
    base::StringSource source(text);
    Seen seen;
    const bool whole = visit_frames(source, seen);
    return (whole ? "" : "cut:") + seen.text;
  };
  const auto frame = [](char what, const std::string& bytes) {
    return std::string(1, what) + static_cast<char>(bytes.size()) + std::string(3, '\0') + bytes;
  };
  const std::string one = frame('b', "x") + frame('d', "12") + frame('e', "");
  CHECK(visit("") == "");
  CHECK(visit(one + one) == "<x>12|<x>12|");
  CHECK(visit(one + frame('b', "y")) == "cut:<x>12|<y>");
  CHECK(visit(one.substr(0, 8)) == "cut:<x>");
  for (const std::string& bad :
       {frame('d', "1"), frame('e', ""), frame('b', "x") + frame('b', "y"),
        frame('b', "x") + frame('q', ""), std::string("b\xff\xff\xff\xff")}) {
    CHECK_THROWS_AS(static_cast<void>(visit(bad)), base::Error);
  }
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
