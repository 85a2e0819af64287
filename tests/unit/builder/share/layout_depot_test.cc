#include "builder/share/layout_depot.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/sink.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/builder/share/share_fixture.h"

namespace cooper::share {
namespace {

namespace fs = std::filesystem;
using test::update_of;

struct Directory {
  cooper::test::TempDirectory temp;
  std::string path = temp.path() + "/cache";
  LayoutDepot depot{path, "latest"};

  std::size_t steps() { return read_cache(depot, {}).cache.steps.size(); }
  std::size_t blobs() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(path + "/blobs/sha256"), fs::directory_iterator()));
  }
};

TEST_CASE("a directory that is not there is an empty cache, and writing makes it a layout") {
  Directory f;
  CHECK(f.steps() == 0);
  CHECK(update_cache(f.depot, update_of("one"), {}).written);
  CHECK(fs::exists(f.path + "/oci-layout"));
  CHECK(update_cache(f.depot, update_of("two"), {}).steps == 1);
  CHECK(f.steps() == 2);
  CHECK_FALSE(update_cache(f.depot, update_of("one"), {}).written);
  base::StringSink sink;
  f.depot.blobs()->fetch(update_of("one").blobs.at(test::layer_of("one")).descriptor, sink, {});
  CHECK(sink.text() == "one");
}

TEST_CASE("what no build wanted for long goes, with its blobs; another name stays") {
  Directory f;
  LayoutDepot other{f.path, "other"};
  static_cast<void>(update_cache(f.depot, update_of("old"), {}));
  static_cast<void>(update_cache(other, update_of("else"), {}));
  const std::size_t before = f.blobs();
  static_cast<void>(update_cache(f.depot, update_of("new", test::kNow + 31 * 86'400), {}));
  CHECK(f.steps() == 1);
  CHECK(f.blobs() == before);  // one layer for another, one configuration, one manifest
  CHECK(read_cache(other, {}).cache.steps.size() == 1);
}

TEST_CASE("damage is an error, and a directory of other things is not written to") {
  Directory f;
  static_cast<void>(update_cache(f.depot, update_of("one"), {}));
  std::ofstream(f.path + "/index.json") << "{";
  CHECK_THROWS_AS(static_cast<void>(read_cache(f.depot, {})), base::Error);
  CHECK_THROWS_AS(static_cast<void>(update_cache(f.depot, update_of("two"), {})), base::Error);
  LayoutDepot foreign{f.temp.path(), "latest"};
  CHECK_THROWS_WITH_AS(static_cast<void>(update_cache(foreign, update_of("two"), {})),
                       doctest::Contains("neither empty nor an OCI layout"), base::Error);
}

}  // namespace
}  // namespace cooper::share
