// Writers of one cache in a registry, which cannot lock.
#include "builder/share/cache_writer.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/share/registry_depot.h"
#include "tests/unit/builder/share/share_fixture.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::share {
namespace {

using test::update_of;

struct Shared : cooper::test::RegistryFixture {
  const oci::Reference reference = oci::parse_reference("fake.example/team/site:cache");

  UpdateReport write(const std::string& step, std::int64_t now = test::kNow) {
    RegistryDepot writer(client.repository(reference), reference);
    return update_cache(writer, update_of(step, now), {});
  }
  KnownCache read() {
    RegistryDepot reader(client.repository(reference), reference);
    return read_cache(reader, {});
  }
  bool has(const std::string& step) { return read().cache.steps.contains(test::key_of(step)); }
};

TEST_CASE("what one adds is added to what others have") {
  Shared f;
  CHECK(f.read().cache.empty());
  CHECK(f.write("one").steps == 1);
  CHECK(f.write("two").steps == 1);
  CHECK(f.has("one"));
  CHECK(f.has("two"));
  f.fake->log.clear();
  CHECK_FALSE(f.write("one").written);
  CHECK(f.fake->count("PUT") == 0);
  CHECK(f.fake->count("POST") == 0);
}

TEST_CASE("reading needs a manifest and a configuration, no layer") {
  Shared f;
  static_cast<void>(f.write("one"));
  static_cast<void>(f.write("two"));
  f.fake->log.clear();
  CHECK(f.has("two"));
  CHECK(f.fake->count("GET /v2/team/site/blobs/") == 1);
  CHECK(f.fake->count("GET /v2/team/site/manifests/") == 1);
}

TEST_CASE("a writer who did not see another's change and wrote over it loses nothing") {
  Shared f;
  static_cast<void>(f.write("one"));
  const std::string before = f.stored().tags.at("cache");
  static_cast<void>(f.write("two"));
  f.stored().tags["cache"] = before;
  CHECK(f.has("two"));
  static_cast<void>(f.write("three"));
  const KnownCache known = f.read();
  CHECK(known.cache.steps.size() == 3);
  CHECK(known.parts.size() == 3);
  for (const std::string& part : known.parts) CHECK(known.cache.absorbed.contains(part));
}

TEST_CASE("a part that is listed before it can be read is not taken for known") {
  Shared f;
  static_cast<void>(f.write("one"));
  const std::string before = f.stored().tags.at("cache");
  static_cast<void>(f.write("two"));
  f.stored().tags["cache"] = before;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    const bool part =
        request.method == "GET" && request.url.path.find("/manifests/cache.") != std::string::npos;
    if (!part) return std::nullopt;
    return cooper::test::error_answer(404, "MANIFEST_UNKNOWN");
  };
  static_cast<void>(f.write("three"));
  f.fake->fault = nullptr;
  CHECK(f.has("one"));
  CHECK(f.has("two"));
  CHECK(f.has("three"));
}

TEST_CASE("a change between reading and writing is seen, and all is read again") {
  Shared f;
  static_cast<void>(f.write("one"));
  const std::string first = f.stored().tags.at("cache");
  static_cast<void>(f.write("two"));
  const std::string second = f.stored().tags.at("cache");
  f.stored().tags["cache"] = first;
  int looks = 0;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "GET" && request.url.path.ends_with("/manifests/cache") && ++looks == 2)
      f.stored().tags["cache"] = second;
    return std::nullopt;
  };
  static_cast<void>(f.write("three"));
  f.fake->fault = nullptr;
  CHECK(looks == 4);  // read, compare, read again, compare
  CHECK(f.read().cache.steps.size() == 3);
}

TEST_CASE("parts go a day after they were written, where tags can be deleted") {
  Shared f;
  f.fake->gitea = true;
  static_cast<void>(f.write("one"));
  static_cast<void>(f.write("two", test::kNow + 3'600));
  CHECK(f.stored().tags.size() == 3);
  static_cast<void>(f.write("three", test::kNow + 2 * 86'400));
  CHECK(f.stored().tags.size() == 2);  // the cache, and the last part
  CHECK(f.read().cache.steps.size() == 3);
}

TEST_CASE("where they cannot be deleted, nothing is lost and nothing fails") {
  Shared f;
  static_cast<void>(f.write("one"));
  CHECK(f.write("two", test::kNow + 2 * 86'400).written);
  CHECK(f.stored().tags.size() == 3);
  CHECK(f.read().cache.steps.size() == 2);
}

TEST_CASE("layers that were cleaned up there are no part of the cache any more") {
  Shared f;
  static_cast<void>(f.write("one"));
  f.stored().blobs.erase(oci::Digest::of_bytes("one").to_string());
  CHECK(f.write("two").written);
  CHECK_FALSE(f.has("one"));
  CHECK(f.has("two"));
}

TEST_CASE("a tag of something else is neither a cache nor written over") {
  Shared f;
  const std::string digest = oci::Digest::of_bytes("garbage").to_string();
  f.stored().manifests[digest] = {"application/vnd.oci.image.manifest.v1+json", "garbage"};
  f.stored().tags["cache"] = digest;
  CHECK_THROWS_AS(static_cast<void>(f.read()), base::Error);
  CHECK_THROWS_AS(static_cast<void>(f.write("one")), base::Error);
  CHECK(f.stored().tags.at("cache") == digest);
}

}  // namespace
}  // namespace cooper::share
