#include "builder/upkeep/recovery.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/time.h>

#include <ctime>
#include <fstream>

#include "builder/upkeep/check.h"
#include "tests/support/temp_directory.h"

using namespace cooper;  // NOLINT(google-build-using-namespace)
using namespace cooper::upkeep;
using store::Holding;
using store::Store;

namespace {

// A store whose machine stops; open() is the next boot.
struct Stopped {
  test::TempDirectory directory;
  std::string root = directory.path() + "/store";
  std::string torn, whole;

  Stopped() {
    Store store = Store::open(root);
    torn = "blobs/sha256/" + store.put_blob("a blob").hex();
    whole = "blobs/sha256/" + store.put_blob("another").hex();
    CHECK(recover(store).empty());
    store.write_record("upkeep", "boot", "another one\n");
  }
  void damage(const std::string& path, const std::string& text, std::int64_t age = 0) const {
    const std::string file = root + "/" + path;
    ::chmod(file.c_str(), 0600);
    std::ofstream(file) << text;
    const timeval time{::time(nullptr) - age, 0};
    const timeval times[] = {time, time};
    CHECK(::utimes(file.c_str(), times) == 0);
  }
  [[nodiscard]] Store open() const { return Store::open(root, Holding::no); }
  [[nodiscard]] bool has(const std::string& path) const {
    return ::access((root + "/" + path).c_str(), F_OK) == 0;
  }
};

const std::string kStep = "cooper/records/steps/" + std::string(64, 'a');

}  // namespace

TEST_CASE("what is not whole after the machine stopped goes, once") {
  const Stopped stopped;
  stopped.damage(stopped.torn, "a bl");
  stopped.open().write_record("steps", std::string(64, 'a'), "");
  const auto removed = recover(stopped.open());
  CHECK(removed == std::vector<std::string>{stopped.torn, kStep});
  CHECK_FALSE(stopped.has(stopped.torn));
  CHECK(stopped.has(stopped.whole));
  CHECK(check(stopped.open()).empty());
  // From then on damage is damage.
  stopped.damage(stopped.whole, "anot");
  CHECK(recover(stopped.open()).empty());
  CHECK(check(stopped.open()).size() == 1);
}

TEST_CASE("what was written long before is no victim of a power cut") {
  const Stopped stopped;
  stopped.damage(stopped.torn, "a bl", 3600);
  CHECK(recover(stopped.open()).empty());
  CHECK(check(stopped.open()).size() == 1);
}

TEST_CASE("a file from the future does not hide the others") {
  const Stopped stopped;
  stopped.damage(stopped.whole, "another", -100'000);
  stopped.damage(stopped.torn, "a bl");
  CHECK(recover(stopped.open()) == std::vector<std::string>{stopped.torn});
}

TEST_CASE("a document that was not put in its place is removed when it is old") {
  const Stopped stopped;
  stopped.damage("index.json.0123", "{");
  stopped.damage("index.json.4567", "{", 3600);
  static_cast<void>(recover(stopped.open()));
  CHECK(stopped.has("index.json.0123"));
  CHECK_FALSE(stopped.has("index.json.4567"));
}
