// Mounts of every kind, and that their targets never become part of a layer.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "tests/integration/builder/sandbox/box.h"

using namespace cooper;
using namespace cooper::sandbox;
namespace fs = std::filesystem;

namespace {

BindMount bind(const fs::path& root, const std::string& target) {
  BindMount mount;
  mount.root = root.string();
  mount.target = target;
  return mount;
}

FileMount file(const std::string& target, const std::string& content) {
  FileMount mount;
  mount.target = target;
  mount.content = content;
  return mount;
}

using Changes = std::vector<std::string>;

}  // namespace

TEST_CASE("a step that changes nothing leaves an empty layer, whatever was mounted") {
  const Box box;
  fs::create_directories(box.base() / "opt/deep");
  fs::remove_all(box.base() / "proc");
  SandboxSpec spec = box.spec("true");
  box.write("cache/x", "1");
  BindMount cache = bind(box.top() / "cache", "/opt/deep/er/cache");
  cache.readonly = false;
  spec.mounts = {cache, file("/run/secrets/token", "secret"), TmpfsMount{"/opt/tmp", 0, 01777},
                 bind(box.top() / "cache", "/root/.npm"), file("/top-level", "x")};
  CHECK(box.run(spec).status.success());
  CHECK(box.changes().empty());
}

TEST_CASE("only what the step changed is in the layer, and times are kept") {
  const Box box;
  fs::create_directories(box.base() / "opt/deep");
  struct stat before {
  }, after{};
  REQUIRE(stat((box.base() / "opt").c_str(), &before) == 0);
  SandboxSpec spec = box.spec("touch /opt/deep/new; mkdir -p /opt/t/mine; mount | grep -c /opt/t");
  spec.mounts = {TmpfsMount{"/opt/t", 0, 01777}, TmpfsMount{"/root/u", 0, 01777}};
  CHECK(box.run(spec).out == "1\n");
  CHECK(box.changes() == Changes{"opt", "opt/deep", "opt/deep/new"});
  REQUIRE(stat((box.upper() / "opt").c_str(), &after) == 0);
  CHECK(before.st_mtim.tv_sec == after.st_mtim.tv_sec);
  CHECK(before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
}

TEST_CASE("a changed attribute of a parent stays in the layer") {
  const Box box;
  CHECK(box.sh("chmod 700 /etc").status.success());
  CHECK(box.changes() == Changes{"etc"});
}

TEST_CASE("a stub that the step filled or replaced stays") {
  const Box box;
  SandboxSpec spec = box.spec("mkdir -p /run/secrets/more; touch /run/secrets/more/kept");
  spec.mounts = {file("/run/secrets/token", "secret")};
  CHECK(box.run(spec).status.success());
  CHECK(box.changes() ==
        Changes{"run", "run/secrets", "run/secrets/more", "run/secrets/more/kept"});
}

// security.D6
TEST_CASE("D6: a parent moved away and replaced by a link leads the cleaning nowhere") {
  const Box box;
  fs::create_directories(box.base() / "p");
  box.write("canary/stub", "");
  SandboxSpec spec = box.spec("mv /p /q; ln -s " + (box.top() / "canary").string() + " /p");
  spec.mounts = {file("/p/stub", "x")};
  static_cast<void>(box.run(spec));
  CHECK(fs::exists(box.top() / "canary/stub"));
}

// security.D7
TEST_CASE("D7: a target behind an absolute link is made in the root") {
  const Box box;
  fs::create_directory(box.top() / "canary");
  fs::create_symlink(box.top() / "canary", box.base() / "mnt");
  SandboxSpec spec = box.spec("cat /mnt/sub/f");
  spec.mounts = {file("/mnt/sub/f", "inside\n")};
  CHECK(box.run(spec).out == "inside\n");
  CHECK(fs::is_empty(box.top() / "canary"));
  CHECK(box.changes().empty());
}

TEST_CASE("a bind mount is read-only unless told, and a cache keeps what is written") {
  const Box box;
  box.write("source/a", "1");
  SandboxSpec spec = box.spec("touch /m/b; ls /m");
  spec.mounts = {bind(box.top() / "source", "/m")};
  CHECK(box.run(spec).out == "a\n");
  std::get<BindMount>(spec.mounts[0]).readonly = false;
  CHECK(box.run(spec).out == "a\nb\n");
  CHECK(fs::exists(box.top() / "source/b"));
  CHECK(box.changes().empty());
}

// security.D5
TEST_CASE("D5: writes that are to be discarded do not reach the source") {
  const Box box;
  box.write("source/a", "1\n");
  SandboxSpec spec = box.spec("echo 2 >> /m/a; touch /m/b; cat /m/a; ls /m; echo 3 >> /f; cat /f");
  BindMount whole = bind(box.top() / "source", "/m");
  whole.readonly = false;
  whole.discard_writes = true;
  BindMount one = whole;
  one.source = "a";
  one.target = "/f";
  spec.mounts = {whole, one};
  CHECK(box.run(spec).out == "1\n2\na\nb\n1\n3\n");
  CHECK(box.read("source/a") == "1\n");
  CHECK(!fs::exists(box.top() / "source/b"));
}

// security.D2
TEST_CASE("D2: a source is looked up inside its own root") {
  const Box box;
  box.write("source/inner/here", "1");
  fs::create_symlink("/", box.top() / "source/rootdir");
  fs::create_symlink("/proc/self/root", box.top() / "source/magic");
  SandboxSpec spec = box.spec("ls /m");
  BindMount mount = bind(box.top() / "source", "/m");
  mount.source = "/rootdir";
  spec.mounts = {mount};
  CHECK(box.run(spec).out == "inner\nmagic\nrootdir\n");
  mount.source = "../../inner";
  spec.mounts = {mount};
  CHECK(box.run(spec).out == "here\n");
  for (const char* source : {"magic", "absent"}) {
    mount.source = source;
    spec.mounts = {mount};
    CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("bind "), base::Error);
  }
}

TEST_CASE("layers of another stage are stacked, and the source found in the stack") {
  const Box box;
  box.write("one/d/a", "lower\n");
  box.write("one/d/b", "b\n");
  box.write("two/d/a", "upper\n");
  SandboxSpec spec = box.spec("cat /m/a /m/b; touch /m/new 2>/dev/null && echo WRITTEN; true");
  BindMount mount;
  mount.target = "/m";
  mount.source = "d";
  mount.overlay_lowers = {(box.top() / "two").string(), (box.top() / "one").string()};
  spec.mounts = {mount};
  CHECK(box.run(spec).out == "upper\nb\n");
  mount.discard_writes = true;
  mount.readonly = false;
  spec.mounts = {mount};
  CHECK(box.run(spec).out == "upper\nb\nWRITTEN\n");
  mount.overlay_lowers = {(box.top() / "one").string()};
  mount.source = "d/a";
  mount.target = "/single";
  spec.mounts = {mount};
  spec.argv.back() = "cat /single";
  CHECK(box.run(spec).out == "lower\n");
  CHECK(!fs::exists(box.top() / "one/d/new"));
}

TEST_CASE("a file mount has its mode and owner, and cannot be written") {
  const Box box;
  SandboxSpec spec =
      box.spec("stat -c '%a %u:%g' /run/s; cat /run/s; echo x > /run/s || echo refused");
  FileMount secret = file("/run/s", std::string("a\0\xff\n", 4));
  secret.uid = 1000;
  secret.gid = 29;
  spec.mounts = {secret};
  const Ran ran = box.run(spec);
  CHECK(ran.out == std::string("400 1000:29\na\0\xff\nrefused\n", 24));
}

TEST_CASE("tmpfs with size and mode") {
  const Box box;
  SandboxSpec spec = box.spec(
      "stat -c %a /t; dd if=/dev/zero of=/t/x bs=1k count=100 2>/dev/null; stat -c %s /t/x");
  spec.mounts = {TmpfsMount{"/t", 64 << 10, 0750}};
  CHECK(box.run(spec).out == "750\n65536\n");
}

TEST_CASE("targets that are refused") {
  const Box box;
  for (const char* target : {"/", "/proc", "/proc/sys", "/sys/x", "relative", "/a/../"}) {
    CAPTURE(target);
    SandboxSpec spec = box.spec("true");
    spec.mounts = {TmpfsMount{target, 0, 01777}};
    CHECK_THROWS_AS(box.run(spec), base::Error);
  }
  fs::create_symlink("/", box.base() / "self");
  fs::create_symlink("/proc/sys", box.base() / "psys");
  for (const char* target : {"/self", "/psys", "/etc/passwd"}) {
    CAPTURE(target);
    SandboxSpec spec = box.spec("true");
    spec.mounts = {TmpfsMount{target, 0, 01777}};
    CHECK_THROWS_AS(box.run(spec), base::Error);
  }
}

TEST_CASE("a failing mount is named") {
  const Box box;
  SandboxSpec spec = box.spec("true");
  spec.mounts = {bind("/nowhere", "/root/.npm")};
  CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("bind /nowhere at /root/.npm read-only"),
                       base::Error);
}

TEST_CASE("a root without lower layers, a plain directory, a read-only root") {
  const Box box;
  SandboxSpec spec = box.spec("echo x > /new && cat /new");
  spec.root = OverlayRoot{{}, box.base().string(), (box.top() / "work").string()};
  CHECK(box.run(spec).out == "x\n");
  CHECK(box.read("base/new") == "x\n");
  CHECK(!fs::exists(box.base() / "etc/resolv.conf"));
  spec.root = DirectoryRoot{box.base().string()};
  CHECK(box.run(spec).out == "x\n");
  CHECK(!fs::exists(box.base() / "etc/resolv.conf"));
  spec.readonly_root = true;
  CHECK(box.run(spec).status.code != 0);
}

TEST_CASE("five hundred layers, and not one more") {
  const Box box;
  OverlayRoot root{{box.base().string()}, box.upper().string(), (box.top() / "work").string()};
  for (int i = 1; i <= 500; ++i) {
    const std::string name = "layers/" + std::string(60, 'x') + std::to_string(i);
    fs::create_directories(box.top() / name);
    if (i < 500) root.lowers.push_back((box.top() / name).string());
  }
  SandboxSpec spec = box.spec("true");
  spec.root = root;
  CHECK(box.run(spec).status.success());
  root.lowers.push_back(root.lowers.back());
  spec.root = root;
  CHECK_THROWS_WITH_AS(box.run(spec), doctest::Contains("more than 500 layers"), base::Error);
}
