#include "builder/share/shared_steps.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/share/layout_depot.h"
#include "tests/support/temp_directory.h"
#include "tests/unit/builder/share/share_fixture.h"

namespace cooper::share {
namespace {

struct Caches {
  cooper::test::TempDirectory temp;
  std::vector<std::string> warnings;
  std::atomic<int> opened = 0;

  SharedSteps::Place place(const std::string& name) {
    return {name, [this, name]() -> std::unique_ptr<CacheDepot> {
              ++opened;
              if (name == "broken")
                throw base::Error(base::ErrorKind::network, "read cache", name, "no answer");
              return std::make_unique<LayoutDepot>(temp.path() + "/" + name, "latest");
            }};
  }
  void write(const std::string& name, const std::string& step) {
    LayoutDepot depot(temp.path() + "/" + name, "latest");
    static_cast<void>(update_cache(depot, test::update_of(step), {}));
  }
  std::function<void(const std::string&)> warn() {
    return [this](const std::string& text) { warnings.push_back(text); };
  }
};

TEST_CASE("nothing is read before something is looked for; then all caches count") {
  Caches f;
  f.write("a", "one");
  f.write("b", "two");
  SharedSteps steps({f.place("a"), f.place("b")}, f.warn(), {});
  CHECK(f.opened == 0);
  CHECK(steps.find(cache::StepKey{test::key_of("one")}));
  const auto found = steps.find(cache::StepKey{test::key_of("two")});
  REQUIRE(found);
  CHECK(found->record.diff_id == test::layer_of("two"));
  REQUIRE(found->layer);
  CHECK(found->layer->blob.digest == oci::Digest::of_bytes("two"));
  CHECK_FALSE(steps.find(cache::StepKey{test::key_of("three")}));
  CHECK(f.opened == 2);
  steps.disable();
  CHECK_FALSE(steps.find(cache::StepKey{test::key_of("one")}));
}

TEST_CASE(
    "a result without its layer counts when no cache has the layer, until names are forgotten") {
  Caches f;
  CacheUpdate named = test::update_of("one");
  named.fresh.layers.clear();
  named.blobs.clear();
  LayoutDepot depot(f.temp.path() + "/names", "latest");
  static_cast<void>(update_cache(depot, named, {}));
  const cache::StepKey key{test::key_of("one")};
  {
    SharedSteps steps({f.place("names")}, f.warn(), {});
    const auto found = steps.find(key);
    REQUIRE(found);
    CHECK(found->record.diff_id == test::layer_of("one"));
    CHECK_FALSE(found->layer);
    steps.forget_names();
    CHECK_FALSE(steps.find(key));
  }
  f.write("layers", "one");
  SharedSteps steps({f.place("names"), f.place("layers")}, f.warn(), {});
  const auto found = steps.find(key);
  REQUIRE(found);
  CHECK(found->layer);
  steps.forget_names();
  CHECK(steps.find(key));
}

TEST_CASE("a cache that cannot be read is told of once, and the others count") {
  Caches f;
  f.write("a", "one");
  SharedSteps steps({f.place("broken"), f.place("a")}, f.warn(), {});
  CHECK(steps.find(cache::StepKey{test::key_of("one")}));
  CHECK_FALSE(steps.find_mount("tool"));
  REQUIRE(f.warnings.size() == 1);
  CHECK(f.warnings[0] == "the cache broken is not used: read cache 'broken': no answer");
}

}  // namespace
}  // namespace cooper::share
