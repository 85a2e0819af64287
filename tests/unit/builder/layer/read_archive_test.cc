#include <doctest/doctest.h>
#include <fcntl.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/file_at.h"
#include "builder/layer/layer_reader.h"
#include "layer_fixture.h"
#include "tar_bytes.h"

namespace cooper::layer {
namespace {

struct Member {
  std::string path, text;
  EntryType type;
};

bool read_file(const std::string& path, std::vector<Member>& members) {
  base::Fd file = base::open_host(path, O_RDONLY);
  const bool may_be = may_be_archive(file, path);
  const bool is = read_archive(std::move(file), path, {}, [&](Entry entry, base::Source* content) {
    CHECK((content != nullptr) == (entry.type == EntryType::file));
    members.push_back({entry.path,
                       content != nullptr ? base::read_all(*content, 1 << 20, "member") : "",
                       entry.type});
  });
  CHECK((may_be || !is));
  return is;
}

std::string file_with(const test::TempStore& temp, const std::string& name,
                      const std::string& bytes) {
  const std::string path = temp.path() + "/" + name;
  std::ofstream(path) << bytes;
  return path;
}

TEST_CASE("archives by content: none, gzip, zstd, bzip2, xz") {
  test::TempStore temp;
  const std::string tar = test::tar_of(
      {{"d/", '5'}, {"d/f", '0', "text"}, {"l", '2', "", "d/f"}, {"d/.wh.x", '0', "no mark here"}});
  const std::string path = file_with(temp, "a.tar", tar);
  for (const std::string tool : {"", "gzip -c", "zstd -qc", "bzip2 -c", "xz -c"}) {
    const std::string packed = tool.empty() ? path : path + ".packed";
    if (!tool.empty() &&
        std::system((tool + " " + path + " > " + packed + " 2>/dev/null").c_str()) != 0) {
      MESSAGE("skipped, not installed: " << tool);
      continue;
    }
    std::vector<Member> members;
    REQUIRE(read_file(packed, members));
    REQUIRE(members.size() == 4);
    CHECK(members[0].type == EntryType::directory);
    CHECK(members[1].text == "text");
    CHECK(members[2].type == EntryType::symlink);
    CHECK(members[3].path == "d/.wh.x");
  }
}

TEST_CASE("other files are no archives") {
  test::TempStore temp;
  std::vector<Member> members;
  for (const std::string bytes :
       {"", "text", "\x1f\x8b junk", "BZh9 junk", "PK\x03\x04 zip", "\x28\xb5\x2f\xfd junk"}) {
    CHECK_FALSE(read_file(file_with(temp, "x", bytes), members));
  }
  CHECK_FALSE(read_file(file_with(temp, "x",
                                  std::string("\xfd"
                                              "7zXZ\0junk",
                                              10)),
                        members));
  CHECK_FALSE(read_file(file_with(temp, "x", std::string(4096, '\0')), members));
  for (const std::string bytes : {"", "text", "PK\x03\x04 zip",
                                  "\x7f"
                                  "ELF"}) {
    const std::string path = file_with(temp, "x", bytes + std::string(4096, '\0'));
    CHECK_FALSE(may_be_archive(base::open_host(path, O_RDONLY), path));
  }
  CHECK(members.empty());
}

TEST_CASE("names that leave the archive, and archives cut short, are refused") {
  test::TempStore temp;
  std::vector<Member> members;
  CHECK_THROWS_AS(read_file(file_with(temp, "x", test::tar_of({{"../x", '0', "1"}})), members),
                  base::Error);
  const std::string tar = test::tar_of({{"x", '0', std::string(2000, 'x')}});
  CHECK_THROWS_AS(read_file(file_with(temp, "x", tar.substr(0, 1500)), members), base::Error);
}

}  // namespace
}  // namespace cooper::layer
