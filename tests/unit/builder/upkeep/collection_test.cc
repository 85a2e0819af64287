#include "builder/upkeep/collection.h"

#include <doctest/doctest.h>

#include "builder/cache/step_cache.h"
#include "builder/layer/layer_writer.h"
#include "builder/upkeep/collector.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"

using namespace cooper;  // NOLINT(google-build-using-namespace)
using namespace cooper::upkeep;
using store::Holding;
using store::Store;

namespace {

struct Fixture {
  test::TempDirectory directory;
  std::string root = directory.path() + "/store";

  // A step with a layer of that content, put by a process that has ended.
  cache::StepKey put(const std::string& content) const {
    Store store = Store::open(root);
    const oci::DiffId diff_id = oci::DiffId::of_bytes(content);
    const oci::Digest blob = store.put_blob(content);
    layer::record_layer_blob(store, diff_id,
                             {std::string(oci::media_type::kLayerTar), blob, content.size()},
                             content.size());
    cache::KeyParts parts;
    parts.add("operation", content);
    cache::StepCache(store).put({parts.key(), diff_id, 1, content, 1, parts.parts()});
    return parts.key();
  }
  [[nodiscard]] bool has(const std::string& content) const {
    return Store::open(root, Holding::no).has_blob(oci::Digest::of_bytes(content));
  }
  [[nodiscard]] Removed remove_all() const {
    const Store store = Store::open(root, Holding::no);
    const Contents contents = read_contents(store);
    const auto entries = list_entries(contents);
    return remove(store, contents, entries, plan_filter(entries, {}, 0));
  }
};

}  // namespace

TEST_CASE("what is removed is gone, blob and records") {
  Fixture fixture;
  const cache::StepKey key = fixture.put("one");
  CHECK(fixture.remove_all().entries == 2);
  CHECK_FALSE(fixture.has("one"));
  Store store = Store::open(fixture.root);
  CHECK_FALSE(cache::StepCache(store).find(key).has_value());
  CHECK(list_entries(read_contents(store)).empty());
}

TEST_CASE("what a live process needs stays until it ends") {
  Fixture fixture;
  const cache::StepKey key = fixture.put("one");
  {
    Store user = Store::open(fixture.root);
    REQUIRE(cache::StepCache(user).find(key).has_value());
    const Removed removed = fixture.remove_all();
    CHECK(removed.entries == 0);
    CHECK(removed.held == 2);
    CHECK(fixture.has("one"));
  }
  CHECK(fixture.remove_all().entries == 2);
}

TEST_CASE("who only looks holds nothing") {
  Fixture fixture;
  const cache::StepKey key = fixture.put("one");
  Store looker = Store::open(fixture.root, Holding::no);
  REQUIRE(cache::StepCache(looker).find(key).has_value());
  CHECK(fixture.remove_all().entries == 2);
}

TEST_CASE("an image keeps its blobs, whatever the limits") {
  Fixture fixture;
  fixture.put("layer of an image");
  fixture.put("of nobody");
  {
    Store store = Store::open(fixture.root);
    const std::string config =
        R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})";
    const oci::Manifest manifest{
        std::string(oci::media_type::kManifest),
        {std::string(oci::media_type::kConfig), store.put_blob(config), config.size()},
        {{std::string(oci::media_type::kLayerTar), oci::Digest::of_bytes("layer of an image"),
          17}}};
    const std::string text = oci::to_json(manifest);
    store.tag_image("registry.example/x:1",
                    {manifest.media_type, store.put_blob(text), text.size()});
  }
  const auto collected = collect(fixture.root, {1, std::nullopt, std::nullopt, true});
  REQUIRE(collected.has_value());
  CHECK(collected->over > 0);
  CHECK(fixture.has("layer of an image"));
  CHECK_FALSE(fixture.has("of nobody"));
}

TEST_CASE("everything of a store is measured and in one entry") {
  Fixture fixture;
  fixture.put("one");
  const Store store = Store::open(fixture.root, Holding::no);
  const Contents contents = read_contents(store);
  std::uint64_t own = 0, items = 0;
  for (const Entry& entry : list_entries(contents)) {
    own += entry.bytes;
    items += entry.items.size();
  }
  std::uint64_t expected = 0, count = 0;
  for (const DiskItem& item : contents.disk.items) {
    if (item.place == Place::other || item.place == Place::temporary) continue;
    expected += item.bytes;
    ++count;
  }
  CHECK(own == expected);
  CHECK(items == count);
  CHECK(count == 4);
}
