#include "builder/cache/step_cache.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/cache/key_parts_file.h"
#include "builder/layer/layer_writer.h"
#include "oci/media_type.h"
#include "tests/support/temp_directory.h"

using namespace cooper::cache;  // NOLINT(google-build-using-namespace)
namespace oci = cooper::oci;
using cooper::store::Store;
using cooper::test::TempDirectory;

namespace {

struct Fixture {
  TempDirectory directory;
  Store store = Store::open(directory.path() + "/store");
  StepCache cache{store};

  // A record whose layer is in the store.
  StepRecord put(const std::string& name) {
    KeyParts parts;
    parts.add("operation", name);
    const std::string content = "layer of " + name;
    const oci::Digest blob = store.put_blob(content);
    const oci::DiffId diff_id = oci::DiffId::of_bytes(content);
    cooper::layer::record_layer_blob(
        store, diff_id, {std::string(oci::media_type::kLayerTar), blob, content.size()},
        content.size());
    StepRecord record{parts.key(), diff_id, 1795411028, "[app 1/2] " + name, 42, parts.parts()};
    cache.put(record);
    return record;
  }
};

StepRecord without_parts(StepRecord record) {
  record.parts.clear();
  return record;
}

bool same(const StepRecord& a, const StepRecord& b) {
  return a.key == b.key && a.diff_id == b.diff_id && a.created == b.created && a.label == b.label &&
         a.milliseconds == b.milliseconds && a.parts == b.parts;
}

}  // namespace

TEST_CASE("what was put is found, with its parts apart") {
  Fixture fixture;
  const StepRecord record = fixture.put("one");
  fixture.put("two");
  const auto found = fixture.cache.find(record.key);
  REQUIRE(found.has_value());
  CHECK(same(*found, without_parts(record)));
  CHECK(fixture.cache.parts(record.key) == record.parts);
  CHECK(fixture.cache.list().size() == 2);
  CHECK_FALSE(fixture.cache.find(StepKey{std::string(64, '0')}).has_value());
  CHECK_FALSE(fixture.cache.parts(StepKey{std::string(64, '0')}).has_value());
}

TEST_CASE("a record is no hit when its layer is gone, and is dropped") {
  Fixture fixture;
  const StepRecord record = fixture.put("one");
  fixture.store.quarantine_blob(oci::Digest::of_bytes("layer of one"));
  CHECK_FALSE(fixture.cache.find(record.key).has_value());
  CHECK(fixture.cache.list().empty());
  CHECK_FALSE(fixture.cache.parts(record.key).has_value());
}

TEST_CASE("a damaged or exchanged record is a miss") {
  Fixture fixture;
  const StepRecord one = fixture.put("one");
  const StepRecord two = fixture.put("two");
  const std::string good = *fixture.store.read_record("steps", one.key.hex);
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    CHECK_FALSE(try_parse_step_record(bad, one.key).has_value());
    CHECK_FALSE(try_parse_step_record(good.substr(0, i), one.key).has_value());
  }
  CHECK_FALSE(try_parse_step_record(good, two.key).has_value());
  fixture.store.write_record("steps", two.key.hex, good);
  CHECK_FALSE(fixture.cache.find(two.key).has_value());
  CHECK(fixture.cache.find(one.key).has_value());
}

TEST_CASE("a label is safe to print and any bytes of parts are kept") {
  Fixture fixture;
  StepRecord record = fixture.put("one");
  KeyParts parts;
  parts.add("env X\n", std::string("\xff\0:3:", 5));
  parts.add("", "");
  record.key = parts.key();
  record.parts = parts.parts();
  record.label = "RUN \x1b[31m \xff";
  fixture.cache.put(record);
  CHECK(fixture.cache.find(record.key)->label == "RUN \\x1b[31m \\xff");
  CHECK(fixture.cache.parts(record.key) == parts.parts());
}

TEST_CASE("parts that do not give the key are not believed") {
  KeyParts parts;
  parts.add("name", "value");
  const std::string bytes = serialize_key_parts(parts.parts());
  CHECK(try_parse_key_parts(bytes, parts.key()) == parts.parts());
  CHECK_FALSE(try_parse_key_parts(bytes, StepKey{std::string(64, '0')}).has_value());
  for (const std::string& bad :
       {bytes.substr(0, bytes.size() - 1), bytes + "1:", std::string("x"), std::string("9:a"),
        std::string("99999999999999999999:a"), std::string()}) {
    CAPTURE(bad);
    CHECK_FALSE(try_parse_key_parts(bad, parts.key()).has_value());
  }
}

TEST_CASE("one at a time makes a step's result") {
  Fixture fixture;
  const StepKey key = fixture.put("one").key;
  int waited = 0;
  std::stop_source stop;
  const cooper::store::Lock held = fixture.cache.lock(key, {}, {});
  const auto second = [&] {
    return fixture.cache.lock(key, stop.get_token(), [&] {
      ++waited;
      stop.request_stop();
    });
  };
  CHECK_THROWS_AS(static_cast<void>(second()), cooper::base::Error);
  CHECK(waited == 1);
}
