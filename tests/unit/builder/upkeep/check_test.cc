#include "builder/upkeep/check.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "builder/cache/step_cache.h"
#include "tests/support/temp_directory.h"

using namespace cooper;  // NOLINT(google-build-using-namespace)
using namespace cooper::upkeep;
using store::Holding;
using store::Store;

namespace {

struct Fixture {
  test::TempDirectory directory;
  std::string root = directory.path() + "/store";
  std::string blob, key;

  Fixture() {
    Store store = Store::open(root);
    blob = store.put_blob("content of a blob").hex();
    cache::KeyParts parts;
    parts.add("operation", "one");
    key = parts.key().hex;
    cache::StepCache(store).put(
        {parts.key(), oci::DiffId::of_bytes("x"), 1, "one", 1, parts.parts()});
  }
  [[nodiscard]] std::vector<Finding> findings() const {
    return check(Store::open(root, Holding::no));
  }
  void overwrite(const std::string& path, const std::string& text) const {
    ::chmod((root + "/" + path).c_str(), 0600);
    std::ofstream(root + "/" + path) << text;
  }
};

}  // namespace

TEST_CASE("a sound store has no finding") { CHECK(Fixture().findings().empty()); }

// security.F14
TEST_CASE("each kind of damage is named by its path and removed by repair") {
  const Fixture fixture;
  const std::string blob = "blobs/sha256/" + fixture.blob;
  fixture.overwrite(blob, "other content");
  fixture.overwrite("cooper/records/steps/" + fixture.key, "damage");
  fixture.overwrite("cooper/records/step-parts/" + fixture.key, "1:a1:b");
  fixture.overwrite("blobs/sha256/strange", "x");
  ::mkfifo((fixture.root + "/cooper/records/steps/pipe").c_str(), 0600);
  const auto findings = fixture.findings();
  const auto cause_of = [&](const std::string& path) -> std::string {
    for (const Finding& one : findings) {
      if (one.path == path) return one.cause;
    }
    return "not found";
  };
  CHECK(cause_of(blob).find("its bytes have the digest sha256:") == 0);
  CHECK(cause_of("cooper/records/steps/" + fixture.key) == "it does not read back");
  CHECK(cause_of("cooper/records/step-parts/" + fixture.key) == "it does not read back");
  CHECK(cause_of("blobs/sha256/strange") == "its name is no digest");
  CHECK(cause_of("cooper/records/steps/pipe") == "it is no regular file");
  CHECK(findings.size() == 5);
  repair(Store::open(fixture.root, Holding::no), findings);
  CHECK(fixture.findings().empty());
}

TEST_CASE("an image whose blob is missing loses its name") {
  const Fixture fixture;
  {
    const Store store = Store::open(fixture.root);
    store.tag_image("registry.example/x:1", {"application/vnd.oci.image.manifest.v1+json",
                                             oci::Digest::of_bytes("missing"), 7});
  }
  const auto findings = fixture.findings();
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].reference == "registry.example/x:1");
  CHECK(findings[0].cause.find("which is not there") != std::string::npos);
  const Store store = Store::open(fixture.root, Holding::no);
  repair(store, findings);
  CHECK(store.list_images().empty());
}
