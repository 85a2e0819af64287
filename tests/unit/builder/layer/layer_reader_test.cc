#include "builder/layer/layer_reader.h"

#include "builder/layer/layer_stack.h"
#include "unpacking_box.h"

namespace cooper::layer {
namespace {

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
  CHECK(layer.oddities.empty());
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
  options.find_lower = [&](const std::string& path) -> std::optional<Entry> {
    const auto found = stack.find(path);
    if (!found) return std::nullopt;
    return *found->entry;
  };
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
  CHECK(layer.oddities.kinds() ==
        std::vector<Oddities::Kind>{
            {"unknown mark of a union file system left out", 2, ".wh..wh.plnk"}});
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

}  // namespace
}  // namespace cooper::layer
