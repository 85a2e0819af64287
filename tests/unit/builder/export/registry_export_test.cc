#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/builder/export/image_fixture.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::export_ {
namespace {

struct Exports : test::ImageFixture, test::RegistryFixture {
  std::vector<ExportOutcome> push(const std::vector<Image>& images) {
    const Destination to = parse_destination("type=registry");
    std::vector<ExportJob> jobs;
    for (const Image& image : images) jobs.push_back({&image, &to});
    return export_images(jobs, {store(), &client}, {});
  }
};

TEST_CASE("images are pushed to all their tags, and shared blobs once") {
  Exports f;
  const Image app =
      f.image("same", {"fake.example/team/site:app-1", "fake.example/team/site:app-latest"});
  Image horizon = app;
  horizon.tags = {"fake.example/team/site:horizon-1", "fake.example/team/copy:1"};
  const auto outcomes = f.push({app, horizon});
  REQUIRE(outcomes.size() == 2);
  CHECK(outcomes[0].moved_tags.size() == 2);
  CHECK(outcomes[1].moved_tags.size() == 2);
  CHECK(f.stored().tags.size() == 3);
  CHECK(f.stored("team/copy").tags.size() == 1);
  const std::uint64_t size =
      app.parsed.config.size + app.parsed.layers[0].size + app.parsed.layers[1].size;
  CHECK(outcomes[0].pushed_bytes + outcomes[1].pushed_bytes == size);  // the copy is mounted
  f.fake->log.clear();
  const auto again = f.push({app, horizon});
  CHECK(f.fake->log.size() == 4);
  CHECK(again[0].unchanged_tags == std::vector<std::string>{"fake.example/team/site:app-1",
                                                            "fake.example/team/site:app-latest"});
}

TEST_CASE("name= says where to, and without any name it is an error") {
  Exports f;
  const Image image = f.image("x", {});
  CHECK_THROWS_WITH_AS(f.push({image}), doctest::Contains("no tag that says where to"),
                       base::Error);
  const Destination to =
      parse_destination(R"(type=registry,"name=fake.example/a:1,fake.example/b:2")");
  static_cast<void>(export_images({{&image, &to}}, {f.store(), &f.client}, {}));
  CHECK(f.stored("a").tags.count("1") == 1);
  CHECK(f.stored("b").tags.count("2") == 1);
}

TEST_CASE("a lazy layer that the registry has is never fetched") {
  Exports f;
  Image image = f.image("x", {"fake.example/team/site:1"});
  static_cast<void>(f.push({image}));
  Exports other;
  other.store().put_blob(image.config_bytes);
  int fetched = 0;
  image.fetch_missing = [&](const oci::Descriptor&) { ++fetched; };
  image.tags = {"fake.example/team/site:2"};
  const Destination to = parse_destination("type=registry");
  static_cast<void>(export_images({{&image, &to}}, {other.store(), &f.client}, {}));
  CHECK(fetched == 0);
  CHECK(f.stored().tags.size() == 2);
}

}  // namespace
}  // namespace cooper::export_
