#include "builder/context/stat_index.h"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "builder/context/stat_index_file.h"
#include "tests/support/temp_directory.h"

using namespace cooper::context;  // NOLINT(google-build-using-namespace)
using cooper::store::Store;
using cooper::test::TempDirectory;

namespace {

struct stat status_at(std::int64_t second) {
  struct stat status = {};
  status.st_dev = 7;
  status.st_ino = 9;
  status.st_size = 5;
  status.st_mode = S_IFREG | 0644;
  status.st_mtim = {second, 1};
  status.st_ctim = {second, 2};
  return status;
}

FileMoment at_second(std::int64_t second) { return {second * 1'000'000'000}; }

const IndexedFile kFile{{1, 2, 3}, {{"user.a", std::string("x\0y", 3)}}};

}  // namespace

TEST_CASE("what is noted is found while the stat is the same") {
  StatIndex index;
  index.note("a/b", status_at(100), at_second(101), kFile);
  CHECK(index.find("a/b", status_at(100)) == kFile);
  CHECK_FALSE(index.find("a", status_at(100)).has_value());
  CHECK_FALSE(index.find("a/b", status_at(99)).has_value());
  for (int field = 0; field < 6; ++field) {
    struct stat other = status_at(100);
    if (field == 0) other.st_dev += 1;
    if (field == 1) other.st_ino += 1;
    if (field == 2) other.st_size += 1;
    if (field == 3) other.st_mode = S_IFREG | 0755;
    if (field == 4) other.st_mtim.tv_nsec += 1;
    if (field == 5) other.st_ctim.tv_nsec += 1;
    CAPTURE(field);
    CHECK_FALSE(index.find("a/b", other).has_value());
  }
}

TEST_CASE("a file that may have changed while it was read is not noted") {
  StatIndex index;
  index.note("same", status_at(100), at_second(100), kFile);
  CHECK_FALSE(index.find("same", status_at(100)).has_value());
  index.note("later", status_at(100), at_second(99), kFile);
  CHECK_FALSE(index.find("later", status_at(100)).has_value());
  struct stat just_before = status_at(100);
  index.note("before", just_before, {at_second(100).nanoseconds + 3}, kFile);
  CHECK(index.find("before", just_before).has_value());
  // Times without fractions come from a file system that rounds them: two seconds more.
  struct stat coarse = status_at(100);
  coarse.st_mtim.tv_nsec = 0;
  coarse.st_ctim.tv_nsec = 0;
  index.note("coarse", coarse, at_second(102), kFile);
  CHECK_FALSE(index.find("coarse", coarse).has_value());
  index.note("coarse", coarse, at_second(103), kFile);
  CHECK(index.find("coarse", coarse).has_value());
}

TEST_CASE("saved and loaded again, one index per directory") {
  const TempDirectory directory;
  const Store store = Store::open(directory.path() + "/store");
  {
    StatIndex index = StatIndex::load(store, "/src/app");
    index.note("a", status_at(100), at_second(101), kFile);
    index.note("b", status_at(100), at_second(101), {});
    index.save(store);
    CHECK(index.find("a", status_at(100)) == kFile);
    index.note("a", status_at(200), at_second(201), {{9}, {}});
    index.save(store);
  }
  const StatIndex index = StatIndex::load(store, "/src/app");
  CHECK(index.find("a", status_at(200)) == IndexedFile{{9}, {}});
  CHECK_FALSE(index.find("a", status_at(100)).has_value());
  CHECK(index.find("b", status_at(100)) == IndexedFile{});
  CHECK_FALSE(StatIndex::load(store, "/src/other").find("b", status_at(100)).has_value());
}

TEST_CASE("a damaged record gives an empty index") {
  const TempDirectory directory;
  const Store store = Store::open(directory.path() + "/store");
  StatIndex index = StatIndex::load(store, "/src");
  index.note("a", status_at(100), at_second(101), kFile);
  index.save(store);
  const std::string name = cooper::base::sha256_hex("/src");
  const std::string good = *store.read_record("stat-index", name);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    CHECK_FALSE(StatIndexFile::try_parse(bad).has_value());
    CHECK_FALSE(StatIndexFile::try_parse(good.substr(0, i)).has_value());
  }
  store.write_record("stat-index", name, "nonsense");
  CHECK_FALSE(StatIndex::load(store, "/src").find("a", status_at(100)).has_value());
  CHECK_FALSE(StatIndexFile::try_parse("").has_value());
}

TEST_CASE("entries are sorted and unique in the file") {
  StatIndexEntry a{"a", {1, 2, 3, -4, 5, 6}, kFile};
  StatIndexEntry b{"b\n", {}, {}};
  const auto file = StatIndexFile::try_parse(serialize_stat_index({b, a, b}));
  REQUIRE(file.has_value());
  CHECK(file->size() == 2);
  CHECK(file->entry(*file->find("a")).stamp == a.stamp);
  CHECK(file->entry(*file->find("a")).file == kFile);
  CHECK(file->find("b\n") == 1);
  CHECK_FALSE(file->find("b").has_value());
  CHECK(StatIndexFile::try_parse(serialize_stat_index({}))->size() == 0);
}

TEST_CASE("files that are gone leave the index when they are the greater part by far") {
  const TempDirectory directory;
  const Store store = Store::open(directory.path() + "/store");
  StatIndex index = StatIndex::load(store, "/src");
  for (int i = 0; i < 10'100; ++i) {
    index.note("f" + std::to_string(i), status_at(100), at_second(101), {});
  }
  index.save(store);
  index.note("new", status_at(100), at_second(101), {});
  index.save(store);
  const StatIndex small = StatIndex::load(store, "/src");
  CHECK(small.find("new", status_at(100)).has_value());
  CHECK_FALSE(small.find("f1", status_at(100)).has_value());
}
