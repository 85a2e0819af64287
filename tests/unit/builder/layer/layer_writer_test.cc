#include "builder/layer/layer_writer.h"

#include <doctest/doctest.h>

#include <random>
#include <thread>

#include "base/error.h"
#include "layer_fixture.h"
#include "oci/media_type.h"

namespace cooper::layer {
namespace {

using test::dir;
using test::file;
using test::TempStore;

std::string random_text(std::size_t size) {
  std::mt19937 random(static_cast<unsigned>(size));
  std::string text;
  text.reserve(size);
  while (text.size() < size) text += std::to_string(random());
  text.resize(size);
  return text;
}

WrittenLayer write_sample(store::Store& store, const LayerOptions& options) {
  LayerWriter writer(store, options);
  writer.add(dir("a"), nullptr);
  const std::string large = random_text(5 << 20);
  base::StringSource content(large);
  writer.add(file("a/large", large.size()), &content);
  const std::string small = "hello\n";
  base::StringSource hello(small);
  writer.add(file("a/small", small.size()), &hello);
  writer.add(test::hardlink("b", "a/small"), nullptr);
  writer.add(test::whiteout("gone"), nullptr);
  writer.add(test::opaque("o"), nullptr);
  return writer.finish();
}

TEST_CASE("any number of threads gives the same bytes; every compression the same DiffId") {
  TempStore temp;
  std::optional<oci::DiffId> diff_id;
  for (const Compression compression : {Compression::none, Compression::gzip, Compression::zstd}) {
    LayerOptions options;
    options.compression = compression;
    options.threads = 1;
    const WrittenLayer one = write_sample(temp.store(), options);
    options.threads = 5;
    const WrittenLayer five = write_sample(temp.store(), options);
    CHECK(one.blob == five.blob);
    CHECK(one.tar_size == five.tar_size);
    if (!diff_id) diff_id = one.diff_id;
    CHECK(one.diff_id == *diff_id);
    CHECK(temp.store().blob_size(one.blob.digest) == one.blob.size);
    CHECK(oci::media_type::is_layer(one.blob.media_type));
  }
  const auto record = find_layer(temp.store(), *diff_id);
  REQUIRE(record);
  CHECK(record->blobs.size() == 3);
  CHECK(record->tar_size % 512 == 0);
}

TEST_CASE("the index has digests and what was added") {
  TempStore temp;
  const WrittenLayer layer = write_sample(temp.store(), {});
  const Entry* small = layer.index.find("a/small");
  REQUIRE(small != nullptr);
  CHECK(base::to_hex(*small->content) == base::sha256_hex("hello\n"));
  CHECK(layer.index.find("o")->opaque);
  const auto stored = find_layer_index(temp.store(), layer.diff_id);
  REQUIRE(stored);
  CHECK(stored->entries() == layer.index.entries());
}

TEST_CASE("a file that is shorter, longer or another than told ends the layer") {
  TempStore temp;
  const std::string text = "12345";
  for (const std::uint64_t size : {4U, 6U}) {
    LayerWriter writer(temp.store(), {});
    base::StringSource content(text);
    CHECK_THROWS_WITH_AS(writer.add(file("f", size), &content),
                         doctest::Contains("changed while being read"), base::Error);
  }
  Entry entry = file("f", 5);
  entry.content.emplace();
  LayerWriter writer(temp.store(), {});
  base::StringSource content(text);
  CHECK_THROWS_WITH_AS(writer.add(entry, &content), doctest::Contains("another digest"),
                       base::Error);
}

TEST_CASE("what a layer cannot hold is refused") {
  TempStore temp;
  LayerWriter writer(temp.store(), {});
  writer.add(dir("m"), nullptr);
  CHECK_THROWS_AS(writer.add(dir("a"), nullptr), base::Error);
  CHECK_THROWS_AS(writer.add(dir("m"), nullptr), base::Error);
  CHECK_THROWS_AS(writer.add(file("m/.wh.x"), nullptr), base::Error);
  CHECK_THROWS_AS(writer.add(test::make_entry(EntryType::socket, "s"), nullptr), base::Error);
  LayerOptions options;
  options.level = 9;
  CHECK_THROWS_AS(LayerWriter(temp.store(), options), base::Error);
}

TEST_CASE("times are clamped to SOURCE_DATE_EPOCH") {
  TempStore temp;
  LayerOptions options;
  options.clamp_mtime = 1000;
  LayerWriter writer(temp.store(), options);
  Entry late = dir("late");
  late.mtime_nanoseconds = 5;
  Entry early = dir("m");
  early.mtime = 10;
  early.mtime_nanoseconds = 5;
  writer.add(late, nullptr);
  writer.add(early, nullptr);
  const WrittenLayer layer = writer.finish();
  CHECK(layer.index.find("late")->mtime == 1000);
  CHECK(layer.index.find("late")->mtime_nanoseconds == 0);
  CHECK(layer.index.find("m")->mtime == 10);
  CHECK(layer.index.find("m")->mtime_nanoseconds == 0);
}

TEST_CASE("a damaged record or index counts as absent") {
  TempStore temp;
  const WrittenLayer layer = write_sample(temp.store(), {});
  const std::string& name = layer.diff_id.hex();
  temp.store().write_record("layers", name, "{\"version\": 1");
  temp.store().write_record("index", name, "junk");
  CHECK_FALSE(find_layer(temp.store(), layer.diff_id));
  CHECK(find_layer_index(temp.store(), layer.diff_id) == nullptr);
  record_layer_blob(temp.store(), layer.diff_id, layer.blob, layer.tar_size);
  record_layer_blob(temp.store(), layer.diff_id, layer.blob, layer.tar_size);
  REQUIRE(find_layer(temp.store(), layer.diff_id));
  CHECK(find_layer(temp.store(), layer.diff_id)->blobs == std::vector{layer.blob});
}

TEST_CASE("forms that are recorded at the same time are all kept") {
  TempStore temp;
  const WrittenLayer layer = write_sample(temp.store(), {});
  constexpr int kForms = 12;
  const auto record = [&](int writer) {
    for (int i = 0; i < kForms; ++i) {
      const std::string text = std::to_string(writer) + " " + std::to_string(i);
      record_layer_blob(temp.store(), layer.diff_id,
                        {layer.blob.media_type, oci::Digest::of_bytes(text), 1}, 0);
    }
  };
  { const std::jthread one(record, 1), two(record, 2), three(record, 3); }
  const auto found = find_layer(temp.store(), layer.diff_id);
  REQUIRE(found);
  CHECK(found->blobs.size() == 3 * kForms + 1);
  CHECK(found->tar_size == layer.tar_size);
}

}  // namespace
}  // namespace cooper::layer
