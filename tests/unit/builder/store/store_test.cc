#include "builder/store/store.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>
#include <vector>

#include "base/error.h"
#include "base/file_at.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"

using namespace cooper;
using store::Store;
using test::TempDirectory;

namespace {

std::string blob_path(const Store& store, const oci::Digest& digest) {
  return store.path() + "/blobs/sha256/" + digest.hex();
}

void overwrite(const std::string& path, const std::string& text) {
  REQUIRE(::chmod(path.c_str(), 0644) == 0);
  const base::Fd file = base::open_host(path, O_WRONLY | O_TRUNC);
  base::write_all(file.get(), base::as_bytes(text), path);
}

std::size_t names_in(const std::string& directory) {
  return base::list_directory(base::open_host_directory(directory).get(), directory).size();
}

}  // namespace

TEST_CASE("a new store is an OCI image layout") {
  const TempDirectory scratch;
  const Store store = Store::open(scratch.path() + "/a/store");
  CHECK(base::read_file_at(store.root_fd(), "oci-layout", 100) ==
        R"({"imageLayoutVersion":"1.0.0"})");
  CHECK(store.list_images().empty());
  CHECK_NOTHROW(static_cast<void>(Store::open(store.path())));
}

TEST_CASE("a directory others may write to is refused") {
  const TempDirectory scratch;
  REQUIRE(::chmod(scratch.path().c_str(), 0777) == 0);
  CHECK_THROWS_AS(static_cast<void>(Store::open(scratch.path())), base::Error);
}

// security.F8
TEST_CASE("a store of another version is refused, and stays as it is") {
  const TempDirectory scratch;
  const std::string path = scratch.path() + "/store";
  static_cast<void>(Store::open(path));
  std::ofstream(path + "/cooper/version") << "9\n";
  CHECK_THROWS_WITH_AS(static_cast<void>(Store::open(path)), doctest::Contains("another version"),
                       base::Error);
  std::string version;
  std::getline(std::ifstream(path + "/cooper/version"), version);
  CHECK(version == "9");
}

TEST_CASE("a blob has the name of its bytes and comes back whole") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const auto digest = store.put_blob("stave");
  CHECK(digest == oci::Digest::of_bytes("stave"));
  CHECK(store.read_blob(digest, 100) == "stave");
  CHECK(store.blob_size(digest) == 5);
  CHECK(store.verify_blob(digest));
  CHECK_FALSE(store.has_blob(oci::Digest::of_bytes("hoop")));
  CHECK(store.open_blob(oci::Digest::of_bytes("hoop")) == nullptr);
  CHECK(store.put_blob("stave") == digest);
}

TEST_CASE("a blob that is not what was expected is not stored") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const auto writer = store.new_blob();
  writer->write(base::as_bytes("stave!"));
  const oci::Descriptor expected{"x/y", oci::Digest::of_bytes("stave"), 5};
  CHECK_THROWS_AS(static_cast<void>(writer->commit(expected)), base::Error);
  CHECK(names_in(store.path() + "/blobs/sha256") == 0);
}

// security.F6
TEST_CASE("a changed blob is found out, set aside and can be stored again") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const auto digest = store.put_blob("stave");
  overwrite(blob_path(store, digest), "stove");
  SUBCASE("by verify_blob") { CHECK_FALSE(store.verify_blob(digest)); }
  SUBCASE("by reading it") {
    CHECK_THROWS_AS(static_cast<void>(store.read_blob(digest, 100)), base::Error);
  }
  SUBCASE("by another process") { CHECK_FALSE(Store::open(store.path()).verify_blob(digest)); }
  CHECK_FALSE(store.has_blob(digest));
  store.put_blob("stave");
  CHECK(store.read_blob(digest, 100) == "stave");
}

TEST_CASE("a bad blob under a name is replaced by a good one") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const auto digest = store.put_blob("stave");
  overwrite(blob_path(store, digest), "stov");
  const auto writer = store.new_blob();
  writer->write(base::as_bytes("stave"));
  CHECK(writer->commit() == digest);
  CHECK(store.read_blob(digest, 100) == "stave");
}

// security.F6
TEST_CASE("a symbolic link is no blob") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path() + "/store");
  const auto digest = oci::Digest::of_bytes("stave");
  overwrite(
      [&] {
        const std::string path = scratch.path() + "/outside";
        static_cast<void>(base::open_host(path, O_WRONLY | O_CREAT, 0644));
        return path;
      }(),
      "stave");
  REQUIRE(::symlink((scratch.path() + "/outside").c_str(), blob_path(store, digest).c_str()) == 0);
  CHECK_FALSE(store.has_blob(digest));
  CHECK_THROWS_AS(static_cast<void>(store.open_blob(digest)), base::Error);
}

TEST_CASE("an abandoned blob leaves nothing") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  store.new_blob()->write(base::as_bytes("stave"));
  CHECK(names_in(store.path() + "/blobs/sha256") == 0);
  CHECK(names_in(store.path() + "/cooper/tmp") == 0);
}

TEST_CASE("records are replaced whole") {
  const TempDirectory scratch;
  const Store store = Store::open(scratch.path());
  CHECK_FALSE(store.read_record("steps", "ab"));
  store.write_record("steps", "ab", "one");
  store.write_record("steps", "ab", "two");
  CHECK(store.read_record("steps", "ab") == "two");
  CHECK(store.list_records("steps") == std::vector<std::string>{"ab"});
  store.remove_record("steps", "ab");
  CHECK_FALSE(store.read_record("steps", "ab"));
  CHECK_THROWS_AS(store.write_record("steps", "../ab", "x"), base::Error);
}

TEST_CASE("images are tagged, moved and untagged") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const auto manifest = [](const char* text) {
    return oci::Descriptor{std::string(oci::media_type::kManifest), oci::Digest::of_bytes(text), 3};
  };
  store.tag_image("docker.io/library/a:1", manifest("one"));
  store.tag_image("docker.io/library/b:1", manifest("one"));
  store.tag_image("docker.io/library/a:1", manifest("two"));
  CHECK(store.find_image("docker.io/library/a:1") == manifest("two"));
  CHECK(store.list_images().size() == 2);
  CHECK(store.untag_image("docker.io/library/a:1"));
  CHECK_FALSE(store.untag_image("docker.io/library/a:1"));
  CHECK_FALSE(store.find_image("docker.io/library/a:1"));
}

TEST_CASE(
    "a temporary directory goes with its owner, all of them with the store, a dead one's at the "
    "next opening") {
  const TempDirectory scratch;
  const std::string path = scratch.path() + "/store";
  const std::string temp = path + "/cooper/tmp";
  {
    const Store store = Store::open(path);
    std::string mine;
    {
      const store::TempDirectory one = store.new_temp_directory();
      const store::TempDirectory two = store.new_temp_directory();
      mine = one.path();
      CHECK(one.path() != two.path());
      CHECK(base::try_stat_at(AT_FDCWD, mine));
      static_cast<void>(Store::open(path));  // does not touch what is in use
      CHECK(base::try_stat_at(AT_FDCWD, mine));
    }
    CHECK_FALSE(base::try_stat_at(AT_FDCWD, mine));
  }
  CHECK(names_in(temp) == 0);
  REQUIRE(::mkdir((temp + "/dead").c_str(), 0700) == 0);
  static_cast<void>(base::open_host(temp + "/dead.lock", O_WRONLY | O_CREAT, 0600));
  static_cast<void>(Store::open(path));
  CHECK(names_in(temp) == 0);
}

// security.F13
TEST_CASE("a lock is held by one, waited for by others, given up when asked") {
  const TempDirectory scratch;
  const Store store = Store::open(scratch.path());
  auto held = std::make_unique<store::Lock>(store.lock("step", "ab", {}));
  CHECK_FALSE(store.try_lock("step", "ab"));
  CHECK(store.try_lock("step", "cd"));
  std::stop_source stop;
  bool waited = false;
  CHECK_THROWS_AS(static_cast<void>(store.lock("step", "ab", stop.get_token(),
                                               [&] {
                                                 waited = true;
                                                 stop.request_stop();
                                               })),
                  base::Error);
  CHECK(waited);
  held.reset();
  CHECK(store.try_lock("step", "ab"));
}

TEST_CASE("a blob is there while another store puts it in place again") {
  const TempDirectory scratch;
  Store first = Store::open(scratch.path());
  Store second = Store::open(scratch.path());  // it will not know that the blob is sound
  const oci::Digest digest = first.put_blob("shared");
  std::atomic<bool> ended = false;
  int missing = 0;
  std::thread looking([&] {
    while (!ended) missing += first.verify_blob(digest) ? 0 : 1;
  });
  for (int i = 0; i < 2000; ++i) {
    Store& other = i % 2 == 0 ? second : first;
    const auto writer = other.new_blob();
    writer->write(base::as_bytes("shared"));
    CHECK(writer->commit() == digest);
  }
  ended = true;
  looking.join();
  CHECK(missing == 0);
}

TEST_CASE("many threads may store the same blob") {
  const TempDirectory scratch;
  Store store = Store::open(scratch.path());
  const std::string text(100'000, 'x');
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 20; ++k) {
          const auto writer = store.new_blob();
          writer->write(base::as_bytes(text));
          static_cast<void>(writer->commit());
        }
      });
    }
  }
  store.flush();
  CHECK(store.read_blob(oci::Digest::of_bytes(text), 200'000) == text);
}
