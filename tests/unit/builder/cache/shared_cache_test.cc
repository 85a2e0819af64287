#include "builder/cache/shared_cache.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "oci/image_config.h"
#include "oci/media_type.h"

namespace cooper::cache {
namespace {

oci::DiffId layer(char digit) { return oci::DiffId::parse("sha256:" + std::string(64, digit)); }
std::string key(char digit) { return std::string(64, digit); }
oci::Descriptor blob(char digit, std::uint64_t size = 10) {
  return {std::string(oci::media_type::kLayerGzip),
          oci::Digest::parse("sha256:" + std::string(64, digit)), size};
}

// One step: its key, its layer, when it was made and used.
SharedCache one(char key_digit, char layer_digit, std::int64_t created, std::int64_t used) {
  StepRecord record{StepKey{key(key_digit)}, layer(layer_digit), created, "[app 1/1] RUN x", 7};
  SharedCache cache;
  add_step(cache, record, blob(layer_digit), used);
  return cache;
}

SharedCache both(SharedCache a, const SharedCache& b) {
  merge(a, b);
  return a;
}

SharedCache read(const std::vector<SharedPage>& pages) {
  SharedCache cache;
  for (const SharedPage& page : pages)
    CHECK(add_page(cache, oci::parse_manifest(page.manifest_bytes, ""), page.config_bytes) ==
          PageKind::cache);
  return cache;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  REQUIRE(place != std::string::npos);
  return text.replace(place, from.size(), to);
}

TEST_CASE("merging keeps everything, whichever is added to which") {
  const SharedCache a = one('1', 'a', 100, 500), b = one('2', 'b', 200, 600);
  CHECK(both(a, b) == both(b, a));
  CHECK(both(a, b).steps.size() == 2);
  CHECK(both(both(a, b), a) == both(a, b));
}

TEST_CASE("of two results of one step the later stays, of two equal ones the earlier") {
  const SharedCache early = one('1', 'a', 100, 900), late = one('1', 'b', 200, 500);
  const SharedCache merged = both(early, late);
  CHECK(merged == both(late, early));
  CHECK(merged.steps.at(key('1')).layer == layer('b'));
  CHECK(merged.steps.at(key('1')).used == 900);
  CHECK(merged.layers.size() == 1);  // nobody wants the other one any more
  const SharedCache again = one('1', 'a', 300, 950);
  CHECK(both(early, again).steps.at(key('1')).created == 100);
  CHECK(both(again, early).steps.at(key('1')).created == 100);
}

TEST_CASE("news is what is not known, or was not used for a day there") {
  constexpr std::int64_t kDay = 86'400;
  const SharedCache known = both(one('1', 'a', 100, 1000), one('2', 'b', 100, 1000));
  CHECK(news_of(one('1', 'a', 400, 1000 + kDay), known).empty());
  CHECK(news_of(one('1', 'a', 400, 1001 + kDay), known).steps.size() == 1);
  CHECK(news_of(one('1', 'c', 50, 2000), known).empty());  // older than what is known
  const SharedCache news = news_of(both(one('3', 'b', 1, 1000), one('1', 'a', 1, 1000)), known);
  CHECK(news.steps.size() == 1);
  CHECK(news.layers.count(layer('b')) == 1);
  CHECK(news.layers.size() == 1);
}

TEST_CASE("what was not used for long is forgotten, with its layers") {
  SharedCache cache = both(one('1', 'a', 1, 100), one('2', 'b', 1, 200));
  cache.mounts.insert_or_assign("tool", SharedMount{layer('c'), 150});
  cache.layers.insert_or_assign(layer('c'), blob('c'));
  forget_before(cache, 150);
  CHECK(cache.steps.size() == 1);
  CHECK(cache.mounts.size() == 1);
  CHECK(cache.layers.size() == 2);
  forget_layer(cache, layer('c'));
  CHECK(cache.mounts.empty());
}

TEST_CASE("a step may be known by its result alone, until somebody has its layer") {
  SharedCache named;
  name_step(named, {StepKey{key('1')}, layer('a'), 100, "[app 1/1] RUN x", 7}, 500);
  const SharedCache full = one('1', 'a', 100, 500);
  CHECK(named.layers.empty());
  CHECK(read(make_pages(named)) == named);
  CHECK(both(named, full) == full);
  CHECK(both(full, named) == full);
  CHECK(news_of(named, full).empty());
  CHECK(news_of(named, named).empty());
  CHECK(news_of(full, named) == full);
  const SharedCache mixed = both(named, one('2', 'b', 1, 1));
  CHECK(read(make_pages(mixed)) == mixed);
  // An image says nothing of layers that it has not.
  const std::string extra = with_inline_cache("{}", {layer('b')}, &mixed);
  CHECK(extra.find(key('1')) == std::string::npos);
  CHECK(extra.find(key('2')) != std::string::npos);
}

TEST_CASE("the form is an image manifest, and gives the same again") {
  SharedCache cache = both(one('1', 'a', 100, 500), one('2', 'b', 200, 600));
  cache.steps.at(key('2')).content_key = StepKey{key('1')};
  cache.mounts.insert_or_assign("tool", SharedMount{layer('c'), 150});
  cache.layers.insert_or_assign(layer('c'), blob('c'));
  cache.absorbed = {"cache.00000001-0123456789ab"};
  const auto pages = make_pages(cache);
  REQUIRE(pages.size() == 1);
  CHECK(pages[0].manifest.layers.size() == 3);
  CHECK(oci::parse_image_config(pages[0].config_bytes).diff_ids.size() == 3);
  CHECK(read(pages) == cache);
  CHECK(make_pages(cache)[0].manifest_bytes == pages[0].manifest_bytes);
}

TEST_CASE("many layers are several manifests, none with more layers than readers let pass") {
  SharedCache cache;
  for (int i = 0; i < 900; ++i) {
    const oci::Digest digest = oci::Digest::of_bytes(std::to_string(i));
    StepRecord record{StepKey{digest.hex()}, oci::DiffId::parse(digest.to_string()), 1};
    add_step(cache, record, {std::string(oci::media_type::kLayerGzip), digest, 1}, 1);
  }
  const auto pages = make_pages(cache);
  CHECK(pages.size() == 3);
  for (const SharedPage& page : pages) CHECK(page.manifest.layers.size() <= 500);
  CHECK(read(pages) == cache);
}

TEST_CASE("what is no cache is not taken for one, and damage is an error") {
  const SharedPage page = make_pages(one('1', 'a', 100, 500))[0];
  SharedCache into;
  const auto add = [&](const std::string& config) { return add_page(into, page.manifest, config); };
  const auto refuses = [&](const std::string& from, const std::string& to, const char* why) {
    CHECK_THROWS_WITH_AS(static_cast<void>(add(replaced(page.config_bytes, from, to))),
                         doctest::Contains(why), base::Error);
  };
  oci::Manifest artifact = page.manifest;
  artifact.config.media_type = "application/vnd.example";
  CHECK(add_page(into, artifact, page.config_bytes) == PageKind::none);
  CHECK(add(replaced(page.config_bytes, "cooper.cache", "other.cache")) == PageKind::none);
  refuses(R"("version":1)", R"("version":2)", "version");
  refuses(R"("layer":0)", R"("layer":1)", "is not the number of a layer");
  refuses(key('1'), "../../etc", "is not a key");
  CHECK_THROWS_AS(static_cast<void>(add("{")), base::Error);
  oci::Manifest fewer = page.manifest;
  fewer.layers.clear();
  CHECK_THROWS_WITH_AS(static_cast<void>(add_page(into, fewer, page.config_bytes)),
                       doctest::Contains("another number of layers"), base::Error);
  oci::Manifest odd = page.manifest;
  odd.layers[0].media_type = "text/plain";
  CHECK_THROWS_WITH_AS(static_cast<void>(add_page(into, odd, page.config_bytes)),
                       doctest::Contains("text/plain"), base::Error);
  CHECK(into.empty());
}

TEST_CASE("an image carries its own steps, and no times that differ from build to build") {
  const std::vector<oci::DiffId> layers{layer('f'), layer('a')};
  const SharedCache early = one('1', 'a', 100, 500), late = one('1', 'a', 100, 999);
  const std::string extra = with_inline_cache(R"({"other":1})", layers, &early);
  CHECK(extra == with_inline_cache(R"({"other":1})", layers, &late));
  oci::ImageConfig config;
  config.platform = {"linux", "amd64"};
  config.diff_ids = layers;
  config.extra_json = extra;
  const std::string bytes = oci::to_json(config);
  oci::Manifest manifest{
      std::string(oci::media_type::kManifest),
      {std::string(oci::media_type::kConfig), oci::Digest::of_bytes(bytes), bytes.size()},
      {blob('f'), blob('a')}};
  SharedCache read_back;
  CHECK(add_page(read_back, manifest, bytes) == PageKind::image);
  CHECK(read_back.steps.at(key('1')).layer == layer('a'));
  CHECK(read_back.layers.at(layer('a')) == blob('a'));
  CHECK(with_inline_cache(extra, layers, nullptr) == R"({"other":1})");
  CHECK(with_inline_cache("{}", layers, nullptr) == "{}");
}

}  // namespace
}  // namespace cooper::cache
