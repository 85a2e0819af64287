#include <doctest/doctest.h>

#include <map>

#include "base/error.h"
#include "builder/share/s3_bucket.h"
#include "builder/share/s3_depot.h"
#include "builder/share/s3_list.h"

namespace cooper::share {
namespace {

using Variables = std::map<std::string, std::string>;

S3Bucket read(const std::string& text, const Variables& variables) {
  return read_bucket(parse_cache_from(text), [&](const char* name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

const Variables kAll{
    {"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}, {"AWS_REGION", "eu-west-1"}};

TEST_CASE("a bucket is Amazon's by its host name, anybody else's by its path") {
  const S3Bucket amazon = read("type=s3,bucket=builds,prefix=ci,name=main", kAll);
  CHECK(http::to_string(amazon.url) == "https://builds.s3.eu-west-1.amazonaws.com");
  CHECK(amazon.prefix == "ci/");
  CHECK(amazon.name == "main");
  CHECK(amazon.signature.access_key == "id");
  const S3Bucket other =
      read("type=s3,bucket=builds,region=x,endpoint_url=http://127.0.0.1:9000", kAll);
  CHECK(http::to_string(other.url) == "http://127.0.0.1:9000/builds");
  CHECK(other.signature.region == "x");
  const S3Bucket host =
      read("type=s3,bucket=builds,endpoint_url=https://s3.example,use_path_style=false", kAll);
  CHECK(host.url.host == "builds.s3.example");
}

TEST_CASE("what is missing or cannot be signed is named") {
  CHECK_THROWS_WITH_AS(static_cast<void>(read("type=s3,bucket=b", {})),
                       doctest::Contains("there is no region"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(read("type=s3,bucket=b,region=r", {})),
                       doctest::Contains("there are no credentials"), base::Error);
  for (const char* prefix : {"a b", "/a", "a//b", "../a", "a%2f"}) {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(read("type=s3,bucket=b,prefix=" + std::string(prefix), kAll)),
        doctest::Contains("other characters than a key may"), base::Error);
  }
}

TEST_CASE("pages of a listing") {
  const ObjectPage page = parse_object_page(
      R"(<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name><IsTruncated>true</IsTruncated>)"
      R"(<NextContinuationToken>a&amp;b=</NextContinuationToken>)"
      R"(<Contents><Key>manifests/cache.1</Key><LastModified>2023-11-14T22:13:20.000Z</LastModified></Contents>)"
      R"(<Contents><Size>1</Size><Key>manifests/cache.2</Key></Contents></ListBucketResult>)");
  REQUIRE(page.objects.size() == 2);
  CHECK(page.objects[0].key == "manifests/cache.1");
  CHECK(page.objects[0].written == 1'700'000'000);
  CHECK(page.objects[1].key == "manifests/cache.2");
  CHECK(page.objects[1].written == 0);
  CHECK(page.next == "a&b=");
  CHECK_FALSE(parse_object_page("<ListBucketResult></ListBucketResult>").next);
  CHECK_THROWS_AS(static_cast<void>(parse_object_page("<html>sign in</html>")), base::Error);
  CHECK_THROWS_AS(static_cast<void>(parse_object_page("<ListBucketResult><Contents>")),
                  base::Error);
  CHECK_THROWS_AS(static_cast<void>(parse_object_page(
                      "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")),
                  base::Error);
  CHECK(s3_error_text("<Error><Code>NoSuchKey</Code><Message>gone\n</Message></Error>") ==
        "NoSuchKey: gone\\x0a");
  CHECK(s3_error_text("oh") == "");
}

// A bucket that gives every answer on two pages, and refuses a key.
class TwoPages final : public http::Transport {
 public:
  http::Response send(const http::Request& request) override {
    CHECK(request.aws);
    CHECK(request.headers.find("x-amz-content-sha256"));
    queries.push_back(request.url.query);
    if (request.url.path == "/b/manifests/refused")
      return {403, {}, "<Error><Code>AccessDenied</Code></Error>"};
    const bool first = queries.size() == 1;
    return {200,
            {},
            std::string("<ListBucketResult><IsTruncated>") + (first ? "true" : "false") +
                "</IsTruncated><NextContinuationToken>t</NextContinuationToken><Contents><Key>"
                "manifests/cache." +
                (first ? "1" : "2") + "</Key></Contents></ListBucketResult>"};
  }
  std::vector<std::string> queries;
};

TEST_CASE("all pages are read, with the parameters in the order that is signed") {
  const auto transport = std::make_shared<TwoPages>();
  S3Depot depot(transport, read("type=s3,bucket=b,endpoint_url=http://127.0.0.1:9", kAll));
  CHECK(depot.names({}) == std::vector<std::string>{"cache.1", "cache.2"});
  REQUIRE(transport->queries.size() == 2);
  CHECK(transport->queries[0] == "list-type=2&prefix=manifests%2Fcache.");
  CHECK(transport->queries[1] == "continuation-token=t&list-type=2&prefix=manifests%2Fcache.");
  CHECK_THROWS_WITH_AS(static_cast<void>(depot.find("refused", {})),
                       doctest::Contains("403 AccessDenied"), base::Error);
}

}  // namespace
}  // namespace cooper::share
