#include "builder/layer/layer_reader.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.h"
#include "base/file_at.h"
#include "layer_fixture.h"
#include "tar_bytes.h"

namespace cooper::layer {
namespace {

namespace fs = std::filesystem;
using test::octal;
using test::RawMember;
using test::store_tar;
using test::tar_of;

// A store, a root to unpack into, and beside it a directory that must never change.
class Box {
 public:
  Box() {
    fs::create_directories(root());
    fs::create_directories(canary());
    std::ofstream(canary() + "/secret") << "do not touch";
    fs::permissions(canary() + "/secret", fs::perms::owner_read | fs::perms::owner_write);
    fs::permissions(canary(), fs::perms::owner_all);
  }
  ~Box() {
    std::ifstream secret(canary() + "/secret");
    std::stringstream text;
    text << secret.rdbuf();
    CHECK(text.str() == "do not touch");
    struct stat status {};
    REQUIRE(::stat((canary() + "/secret").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(status.st_nlink == 1);
    REQUIRE(::stat(canary().c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0700);
    CHECK(std::distance(fs::directory_iterator(canary()), fs::directory_iterator()) == 1);
    ::system(("chmod -R u+rwx " + root()).c_str());
  }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  [[nodiscard]] std::string root() const { return temp_.path() + "/root"; }
  [[nodiscard]] std::string canary() const { return temp_.path() + "/canary"; }
  [[nodiscard]] std::string at(const std::string& path) const { return root() + "/" + path; }
  [[nodiscard]] std::string text(const std::string& path) const {
    std::ifstream in(at(path));
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  [[nodiscard]] struct stat status(const std::string& path) const {
    struct stat result {};
    REQUIRE_MESSAGE(::lstat(at(path).c_str(), &result) == 0, path);
    return result;
  }
  [[nodiscard]] bool has(const std::string& path) const {
    return fs::symlink_status(at(path)).type() != fs::file_type::not_found;
  }

  // Plain form needs no privileges; the overlay form is tested as root.
  ReadLayer unpack(const std::string& tar, const ReadOptions& options = {},
                   TreeForm form = TreeForm::plain) {
    const base::Fd directory = base::open_host_directory(root());
    return read_layer(temp_.store(), store_tar(temp_.store(), tar), std::nullopt, directory.get(),
                      form, {}, options);
  }
  ReadLayer unpack(const std::vector<RawMember>& members) { return unpack(tar_of(members)); }
  [[nodiscard]] store::Store& store() { return temp_.store(); }

 private:
  test::TempStore temp_;
};

base::ErrorKind refusal(const std::string& tar, const ReadOptions& options = {}) {
  Box box;
  try {
    static_cast<void>(box.unpack(tar, options));
  } catch (const base::Error& error) {
    return error.kind();
  }
  FAIL("it was accepted");
  return base::ErrorKind::failure;
}

void refused(const std::vector<RawMember>& members,
             base::ErrorKind kind = base::ErrorKind::corrupt) {
  CHECK(refusal(tar_of(members)) == kind);
}

TEST_CASE("files, directories and links come out as they are in the tar") {
  Box box;
  const ReadLayer layer = box.unpack({{"d/", '5', "", "", 02755},
                                      {"d/f", '0', "text", "", 04711},
                                      {"l", '2', "", "d/f"},
                                      {"h", '1', "", "d/f"},
                                      {"p", '6'},
                                      {"ro/", '5', "", "", 0},
                                      {"ro/x", '0', "y", "", 0}});
  CHECK(box.text("d/f") == "text");
  CHECK((box.status("d/f").st_mode & 07777) == 04711);
  CHECK((box.status("d").st_mode & 07777) == 02755);
  CHECK(box.status("d").st_mtime == 1700000000);
  CHECK(box.status("d/f").st_mtime == 1700000000);
  CHECK(box.status("l").st_mtime == 1700000000);
  CHECK(box.status("h").st_ino == box.status("d/f").st_ino);
  CHECK(S_ISFIFO(box.status("p").st_mode));
  CHECK((box.status("ro").st_mode & 07777) == 0);
  CHECK(fs::read_symlink(box.at("l")) == "d/f");
  CHECK(layer.index.find("h")->link == "d/f");
  CHECK(base::to_hex(*layer.index.find("d/f")->content) == base::sha256_hex("text"));
  CHECK(layer.warnings.empty());
}

TEST_CASE("without a directory only the index is made, and it is the same") {
  Box box;
  const auto tar =
      tar_of({{"a/b", '0', "1"}, {"l", '2', "", "/a"}, {"l/c", '0', "2"}, {"a/.wh.x"}});
  const ReadLayer unpacked = box.unpack(tar);
  const ReadLayer indexed = read_layer(box.store(), store_tar(box.store(), tar), unpacked.diff_id,
                                       -1, TreeForm::plain, {});
  CHECK(indexed.index.entries() == unpacked.index.entries());
  CHECK(indexed.index.find("a/c") != nullptr);
  CHECK(indexed.index.find("a") == nullptr);  // only implied
  CHECK(indexed.tar_size == tar.size());
}

TEST_CASE("names stay in the root") {
  Box box;
  const ReadLayer layer = box.unpack(
      {{"/abs", '0', "1"}, {"./dot//x", '0', "2"}, {"//two/", '5'}, {"./", '5', "", "", 0711}});
  CHECK(box.text("abs") == "1");
  CHECK(box.text("dot/x") == "2");
  CHECK(layer.index.find("")->mode == 0711);
  refused({{"../canary/x"}});
  refused({{"a/../../canary/x"}});
  refused({{"etc/..", '5'}});
  refused({{""}});
  refused({{"x", '0', "", "", 0644, {{"path", "../../canary/x"}}}});
  refused({{"x", '0', "", "", 0644, {{"path", std::string("a\0b", 3)}}}});
  refused({{"file/", '0', "x"}});
  refused({{"link/", '2', "", "x"}});
  refused({{"./", '2', "", "/etc"}});
  refused({{"/", '0', "x"}});
  refused({{"././@LongLink", 'L', "../../canary/long"}, {"x"}});
}

TEST_CASE("links are followed in the root") {
  Box box;
  const std::string out = box.canary();
  box.unpack({{"abs", '2', "", out},
              {"abs/f", '0', "1"},
              {"up", '2', "", "../../../../.." + out},
              {"up/g", '0', "2"},
              {"c1", '2', "", "c2"},
              {"c2", '2', "", "/c3"},
              {"c3", '2', "", out},
              {"c1/h", '0', "3"},
              {"run/", '5'},
              {"var/run", '2', "", "/run"},
              {"var/run/act/HEAD", '0', "4"}});
  CHECK(box.text(out + "/f") == "1");
  CHECK(box.text(out + "/g") == "2");
  CHECK(box.text(out + "/h") == "3");
  CHECK(box.text("run/act/HEAD") == "4");
  CHECK(fs::is_symlink(box.at("abs")));
  refused({{"a", '2', "", "b"}, {"b", '2', "", "a"}, {"a/x"}});
  refused({{"a", '2', "", "a"}, {"a/x"}});
}

TEST_CASE("hard links mean files of the tree") {
  Box box;
  box.unpack({{"f", '0', "1"},
              {"abs", '1', "", "/f"},
              {"l", '2', "", "/etc/passwd"},
              {"hl", '1', "", "l", 0777},
              {"d/", '5'},
              {"dl", '2', "", "d"},
              {"d/t", '0', "2"},
              {"via", '1', "", "dl/t"}});
  CHECK(box.status("abs").st_ino == box.status("f").st_ino);
  CHECK(fs::read_symlink(box.at("hl")) == "/etc/passwd");
  CHECK(box.status("via").st_ino == box.status("d/t").st_ino);
  refused({{"h", '1', "", "../canary/secret"}});
  refused({{"h", '1', "", "h"}});
  refused({{"d/", '5'}, {"h", '1', "", "d"}});
  refused({{"h", '1', "", ""}});
  refused({{"h", '1', "", "/"}});
  refused({{"f", '0', "x"}, {"f/g", '1', "", "f"}});
  refused({{"h", '1', "", "gone"}}, base::ErrorKind::unsupported);
  Box outside;
  const std::string secret = outside.canary() + "/secret";
  CHECK_THROWS_AS(outside.unpack({{"l", '2', "", outside.canary()}, {"h", '1', "", "l/secret"}}),
                  base::Error);
  CHECK_THROWS_AS(outside.unpack({{"h", '1', "", secret}}), base::Error);
}

TEST_CASE("a hard link to a file of a lower layer becomes a copy") {
  Box box;
  const std::string lower_path = box.canary() + "/../lower";
  std::ofstream(lower_path) << "below";
  Entry lower = test::file("low", 5);
  lower.mode = 0640;
  lower.uid = ::geteuid();
  lower.gid = ::getegid();
  const LayerStack stack({test::index_of({lower})});
  ReadOptions options;
  options.lower = &stack;
  options.open_lower = [&](const std::string& path) {
    CHECK(path == "low");
    return base::open_host(lower_path, O_RDONLY);
  };
  const ReadLayer layer = box.unpack(tar_of({{"h", '1', "", "/low"}}), options);
  CHECK(box.text("h") == "below");
  CHECK((box.status("h").st_mode & 07777) == 0640);
  CHECK(layer.index.find("h")->type == EntryType::hardlink);
  CHECK(refusal(tar_of({{"h", '1', "", "/none"}}), options) == base::ErrorKind::corrupt);
}

TEST_CASE("the last of several members with one name counts") {
  Box box;
  const std::string out = box.canary();
  const ReadLayer layer = box.unpack({{"x", '0', "1"},
                                      {"x", '2', "", out + "/secret"},
                                      {"x", '0', "2"},
                                      {"d/", '5'},
                                      {"d/in", '0', "3"},
                                      {"d", '0', "file"},
                                      {"f", '0', "4"},
                                      {"f/child", '0', "5"},
                                      {"s", '2', "", out},
                                      {"s/", '5', "", "", 0777},
                                      {"one", '0', "6"},
                                      {"two", '1', "", "one"},
                                      {"three", '1', "", "two"},
                                      {"one", '0', "7"}});
  CHECK(box.text("x") == "2");
  CHECK(box.text("d") == "file");
  CHECK(box.text("f/child") == "5");
  CHECK((box.status("s").st_mode & S_IFMT) == S_IFDIR);
  CHECK(box.text("one") == "7");
  CHECK(box.text("three") == "6");
  CHECK(layer.index.find("d/in") == nullptr);
  CHECK(layer.index.find("two")->type == EntryType::file);
  CHECK(layer.index.find("three")->link == "two");
}

TEST_CASE("whiteouts remove what lower layers have, and only that") {
  Box box;
  for (const char* path : {"a/1", "a/2", "b/1", "b/c/2", "z"}) {
    fs::create_directories(fs::path(box.at(path)).parent_path());
    std::ofstream(box.at(path)) << "old";
  }
  box.unpack({{"a/", '5'},
              {"a/.wh.1"},
              {"b/", '5'},
              {"b/mine", '0', "new"},
              {"b/.wh..wh..opq"},
              {".wh.z"},
              {".wh.none"}});
  CHECK_FALSE(box.has("a/1"));
  CHECK(box.text("a/2") == "old");
  CHECK(box.text("b/mine") == "new");
  CHECK_FALSE(box.has("b/1"));
  CHECK_FALSE(box.has("b/c"));
  CHECK_FALSE(box.has("z"));
  CHECK_FALSE(box.has("a/.wh.1"));
}

TEST_CASE("whiteouts in the index") {
  Box box;
  const ReadLayer layer = box.unpack({{".wh.gone"},
                                      {"was/", '5'},
                                      {".wh.was"},
                                      {".wh.then"},
                                      {"then/", '5'},
                                      {".wh..wh.plnk", '0', "x"},
                                      {".wh..wh.plnk/1", '0', "x"},
                                      {"o/.wh..wh..opq"},
                                      {"dir/.wh.sub/", '5'},
                                      {".wh..wh..opq"}});
  CHECK(layer.index.find("gone")->type == EntryType::whiteout);
  CHECK(layer.index.find("was")->opaque);
  CHECK(layer.index.find("then")->opaque);
  CHECK(layer.index.find("o")->opaque);
  CHECK(layer.index.find("dir/sub")->type == EntryType::whiteout);
  CHECK(layer.index.find("")->opaque);
  CHECK(layer.warnings.size() == 2);
  CHECK_FALSE(box.has(".wh..wh.plnk"));
  for (const char* name : {".wh..", ".wh...", ".wh.", "etc/.wh..", "etc/.wh...", "etc/.wh."})
    refused({{name}});
  refused({{".wh.a/b", '0', "x"}});
  refused({{"../.wh.x"}});
}

TEST_CASE("devices: 0:0 is refused") {
  refused({{"dev/x", '3'}});
  Box box;
  const auto tar = tar_of({{"null", '3', "", "", 0666, {}, {}, {}, {}, octal(1, 8)}});
  const ReadLayer layer =
      read_layer(box.store(), store_tar(box.store(), tar), std::nullopt, -1, TreeForm::plain, {});
  CHECK(layer.index.find("null")->device_major == 1);
}

TEST_CASE("owners, times and attributes that cannot be") {
  refused({{"x", '0', "", "", 0644, {}, {}, std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8)}});
  refused({{"x", '0', "", "", 0644, {{"uid", "4294967296"}}}});
  refused({{"x", '0', "", "", 0644, {{"uid", "4294967295"}}}});
  refused({{"x", '0', "", "", 0644, {{"mtime", "x"}}}});
  Box box;
  const std::string uid = std::to_string(::geteuid());
  const ReadLayer layer =
      box.unpack({{"late", '0', "", "", 0644, {{"mtime", "100000000000000000000.5"}}},
                  {"early", '0', "", "", 0644, {{"mtime", "-1.25"}, {"uid", uid}}},
                  {"attr",
                   '0',
                   "",
                   "",
                   0644,
                   {{"SCHILY.xattr.trusted.overlay.redirect", "/"},
                    {"SCHILY.xattr.user.overlay.opaque", "y"},
                    {"SCHILY.xattr.security.selinux", "s"},
                    {"SCHILY.xattr.user.ok", std::string("a\0=\n", 4)}}}});
  CHECK(layer.index.find("late")->mtime == 253402300799);
  CHECK(layer.index.find("early")->mtime == -2);
  CHECK(layer.index.find("early")->mtime_nanoseconds == 750000000);
  CHECK(layer.index.find("attr")->xattrs ==
        std::map<std::string, std::string>{{"user.ok", std::string("a\0=\n", 4)}});
  CHECK(layer.warnings.size() >= 3);
}

TEST_CASE("names keep their bytes") {
  Box box;
  const std::string name = "new\nline\x1b[31m\xff::set-env";
  const std::string longer = "long/" + std::string(200, 'n') + "/" + std::string(250, 'm');
  const ReadLayer layer = box.unpack({{name, '0', "1"},
                                      {"l", 'L', longer + '\0'},
                                      {"short", '0', "2"},
                                      {"s", '0', "3", "", 0644, {{"path", "\xc3\xbc/" + longer}}}});
  CHECK(box.text(name) == "1");
  CHECK(box.text(longer) == "2");
  CHECK(box.text("\xc3\xbc/" + longer) == "3");
  CHECK(layer.index.entries().size() == 3);
}

TEST_CASE("sizes that lie") {
  const std::string inner = test::raw_member({"smuggled", '0', "evil"});
  Box box;
  const ReadLayer layer = box.unpack(
      {{"two", '0', inner, "", 0644, {{"size", std::to_string(inner.size())}}, octal(7, 12)}});
  CHECK(layer.index.entries().size() == 1);
  CHECK(layer.warnings.size() == 1);
  CHECK(box.text("two") == inner);
  refused({{"x", '0', "", "", 0644, {{"size", "-1"}}}});
  refused({{"x", '0', "", "", 0644, {{"size", "9223372036854775807"}}}}, base::ErrorKind::limit);
  refused(
      {{"x", 'S', "", "", 0644, {}, std::string("\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff", 12)}},
      base::ErrorKind::unsupported);
  refused({{"x", '0', "", "", 0644, {{"GNU.sparse.realsize", "9223372036854775807"}}}},
          base::ErrorKind::unsupported);
  refused({{"x", 'Z'}}, base::ErrorKind::unsupported);
  refused({{"x", 'V'}}, base::ErrorKind::unsupported);
  refused({{"x", 'M'}}, base::ErrorKind::unsupported);
}

TEST_CASE("limits") {
  refused({{"x", '0', "", "", 0644, {{"path", std::string(256, 'a')}}}}, base::ErrorKind::limit);
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += "d/";
  refused({{"x", '0', "", "", 0644, {{"path", deep + "x"}}}}, base::ErrorKind::limit);
  refused({{"x", 'x', "", "", 0644, {}, octal(1 << 30, 12)}}, base::ErrorKind::limit);
  refused({{"x", 'L', "", "", 0644, {}, octal(1 << 30, 12)}}, base::ErrorKind::limit);
  refused({{"x", '0', "", "", 0644, {{"SCHILY.xattr.user.x", std::string(70000, 'x')}}}},
          base::ErrorKind::limit);
  ReadOptions options;
  options.limits.entries = 3;
  CHECK(refusal(tar_of({{"1"}, {"2"}, {"3"}, {"4"}}), options) == base::ErrorKind::limit);
  options.limits = {};
  options.limits.tar_bytes = 4096;
  CHECK(refusal(tar_of({{"1", '0', std::string(4096, 'x')}}), options) == base::ErrorKind::limit);
  CHECK(refusal(tar_of({{"1", '0', std::string(3000, 'x')}, {"2"}}), options) ==
        base::ErrorKind::limit);
}

TEST_CASE("tars that are not whole") {
  const std::string tar = tar_of({{"a", '0', std::string(700, 'x')}, {"b/", '5'}});
  for (const std::size_t size : {100U, 512U, 1000U, 1024U + 200U, 1536U + 100U}) {
    CHECK(refusal(tar.substr(0, size)) == base::ErrorKind::corrupt);
  }
  Box box;
  CHECK(box.unpack(tar.substr(0, 2048)).warnings.size() == 1);  // ends between two members
  CHECK(box.unpack(std::string()).index.entries().empty());
  CHECK(refusal("this is no tar at all" + std::string(600, 'x')) == base::ErrorKind::corrupt);
  std::string bad = tar;
  bad[0] = 'q';
  CHECK(refusal(bad) == base::ErrorKind::corrupt);
  CHECK(refusal(std::string(512, '\0') + tar) == base::ErrorKind::corrupt);
  CHECK(refusal(test::raw_header({"x", 'x', "", "", 0644, {}, octal(20, 12)}) +
                test::padded("99 path=x\n") + tar) == base::ErrorKind::corrupt);
}

TEST_CASE("what comes after the end is hashed, not unpacked") {
  Box box;
  const std::string tar = tar_of({{"a", '0', "1"}}) + tar_of({{"hidden", '0', "2"}}) + "junk";
  const ReadLayer layer = box.unpack(tar);
  CHECK(layer.index.entries().size() == 1);
  CHECK_FALSE(box.has("hidden"));
  CHECK(layer.diff_id == oci::DiffId::of_bytes(tar));
}

TEST_CASE("size, digest, DiffId and media type must fit") {
  Box box;
  const auto tar = tar_of({{"a", '0', "1"}});
  auto blob = store_tar(box.store(), tar);
  const auto read = [&](const oci::Descriptor& descriptor,
                        const std::optional<oci::DiffId>& expected) {
    static_cast<void>(read_layer(box.store(), descriptor, expected, -1, TreeForm::plain, {}));
  };
  CHECK_NOTHROW(read(blob, oci::DiffId::of_bytes(tar)));
  CHECK_THROWS_AS(read(blob, oci::DiffId::of_bytes("other")), base::Error);
  auto wrong = blob;
  ++wrong.size;
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  wrong = blob;
  wrong.media_type = media_type(Compression::gzip);
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  wrong.media_type = "application/vnd.oci.image.layer.nondistributable.v1.tar";
  CHECK_NOTHROW(read(wrong, std::nullopt));
  wrong.digest = oci::Digest::of_bytes("absent");
  CHECK_THROWS_AS(read(wrong, std::nullopt), base::Error);
  fs::permissions(box.store().path() + "/blobs/sha256/" + blob.digest.hex(), fs::perms::owner_all);
  std::ofstream(box.store().path() + "/blobs/sha256/" + blob.digest.hex(),
                std::ios::in | std::ios::out)
      << "b";
  CHECK_THROWS_AS(read(blob, std::nullopt), base::Error);
  std::stop_source stop;
  stop.request_stop();
  const auto again = store_tar(box.store(), tar);
  CHECK_THROWS_AS(
      (void)read_layer(box.store(), again, std::nullopt, -1, TreeForm::plain, stop.get_token()),
      base::Error);
}

}  // namespace
}  // namespace cooper::layer
