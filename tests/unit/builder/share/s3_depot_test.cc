#include "builder/share/s3_depot.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "base/sha256.h"
#include "tests/unit/builder/share/s3_bucket_fake.h"
#include "tests/unit/builder/share/share_fixture.h"

namespace cooper::share {
namespace {

constexpr std::int64_t kDay = 24 * 60 * 60;

S3Bucket small_bucket() {
  S3Bucket bucket;
  bucket.name = "main";
  bucket.bucket = "b";
  bucket.for_people = "s3://b/p";
  bucket.url = http::parse_url("http://127.0.0.1:9/b");
  bucket.prefix = "p/";
  return bucket;
}

struct Bucket {
  std::shared_ptr<test::FakeBucket> server = std::make_shared<test::FakeBucket>();

  UpdateReport write(const std::string& step, std::int64_t now) {
    server->now = now;
    S3Depot depot(server, small_bucket());
    CacheUpdate update = test::update_of(step, now);
    update.keep_seconds = 10 * kDay;
    return update_cache(depot, update, {});
  }
  [[nodiscard]] bool has_blob(const std::string& step) const {
    return server->objects.contains("/b/p/blobs/sha256/" + oci::Digest::of_bytes(step).hex());
  }
};

S3Content content_of(const std::string& text) {
  return {[&text](std::uint64_t offset) {
            return std::make_unique<base::StringSource>(std::string_view(text).substr(offset));
          },
          text.size(), base::sha256_hex(text)};
}

TEST_CASE("blobs that no cache names any more are removed, at most once a day, and no young ones") {
  Bucket bucket;
  constexpr std::int64_t kNow = 1'700'000'000;
  static_cast<void>(bucket.write("old", kNow));
  bucket.server->objects["/b/p/blobs/sha256/young"] = {"", kNow + 20 * kDay};
  bucket.server->objects["/b/other/blobs/sha256/x"] = {"", 1};
  CHECK(bucket.has_blob("old"));
  static_cast<void>(bucket.write("new", kNow + 20 * kDay));
  CHECK_FALSE(bucket.has_blob("old"));  // the step was forgotten
  CHECK(bucket.has_blob("new"));
  CHECK(bucket.server->objects.contains("/b/p/blobs/sha256/young"));
  CHECK(bucket.server->objects.contains("/b/other/blobs/sha256/x"));
  bucket.server->log.clear();
  bucket.server->objects["/b/p/blobs/sha256/unused"] = {"", 1};
  static_cast<void>(bucket.write("newer", kNow + 20 * kDay + 60));
  for (const std::string& line : bucket.server->log) CHECK_FALSE(line.starts_with("DELETE"));
  static_cast<void>(bucket.write("newest", kNow + 21 * kDay));
  CHECK_FALSE(bucket.server->objects.contains("/b/p/blobs/sha256/unused"));
}

TEST_CASE("a manifest that cannot be read keeps everything, and that is told") {
  Bucket bucket;
  constexpr std::int64_t kNow = 1'700'000'000;
  static_cast<void>(bucket.write("old", kNow));
  bucket.server->objects["/b/p/manifests/strange"] = {"{", 1};
  const UpdateReport report = bucket.write("new", kNow + 20 * kDay);
  CHECK(report.written);
  CHECK(report.not_removed != "");
  CHECK(bucket.has_blob("old"));
}

TEST_CASE("a large object goes in parts, each with its own hash") {
  const auto server = std::make_shared<test::FakeBucket>();
  const S3Client client(server, small_bucket());
  std::string text(S3Client::kPartBytes * 2 + 5, 'x');
  text[S3Client::kPartBytes] = 'y';
  client.put("large", content_of(text), {});
  CHECK(server->objects.at("/b/p/large").bytes == text);
  CHECK(server->log == std::vector<std::string>{
                           "POST /b/p/large?uploads=", "PUT /b/p/large?partNumber=1&uploadId=id",
                           "PUT /b/p/large?partNumber=2&uploadId=id",
                           "PUT /b/p/large?partNumber=3&uploadId=id",
                           "POST /b/p/large?uploadId=id"});
  CHECK(server->uploads.empty());
}

TEST_CASE("an upload in parts that fails is given up, so that nobody pays for its parts") {
  const auto server = std::make_shared<test::FakeBucket>();
  const S3Client client(server, small_bucket());
  const std::string text(S3Client::kPartBytes + 5, 'x');
  server->fails = "PUT /b/p/large?partNumber=2";
  CHECK_THROWS_WITH_AS(client.put("large", content_of(text), {}), doctest::Contains("500"),
                       base::Error);
  CHECK(server->log.back() == "DELETE /b/p/large?uploadId=id");
  CHECK(server->uploads.empty());
  CHECK(server->objects.empty());
}

}  // namespace
}  // namespace cooper::share
