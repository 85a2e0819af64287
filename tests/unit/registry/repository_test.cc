#include "registry/repository.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "oci/media_type.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::registry {
namespace {

using test::RegistryFixture;
using test::sample_blob;
using test::SampleBlob;

std::string get(const Repository& repository, const SampleBlob& blob) {
  base::StringSink sink;
  repository.get_blob(blob.descriptor, sink);
  return sink.take();
}

TEST_CASE("a manifest is given as it came, or not at all") {
  RegistryFixture f;
  const std::string bytes = "{ \"odd\" : \"spacing\" }\n";
  const std::string digest = oci::Digest::of_bytes(bytes).to_string();
  f.stored().manifests[digest] = {"application/vnd.oci.image.manifest.v1+json; charset=utf-8",
                                  bytes};
  f.stored().tags["v1"] = digest;
  const FetchedManifest got = f.repository().get_manifest("v1");
  CHECK(got.bytes == bytes);
  CHECK(got.descriptor.digest.to_string() == digest);
  CHECK(got.descriptor.media_type == oci::media_type::kManifest);
  CHECK(f.fake->requests.back().headers.find("Accept").value_or("").find("image.index") !=
        std::string::npos);

  f.fake->tamper = [](const http::Request&, http::Response& response) { response.body += " "; };
  CHECK_THROWS_AS(static_cast<void>(f.repository().get_manifest("v1")), base::Error);
  CHECK_THROWS_AS(static_cast<void>(f.repository().get_manifest(digest)), base::Error);
}

TEST_CASE("what is absent is absent, and a wrong name makes no request") {
  RegistryFixture f;
  CHECK_FALSE(f.repository().try_get_manifest("v1").has_value());
  CHECK_THROWS_WITH_AS(static_cast<void>(f.repository().get_manifest("v1")),
                       "pull 'fake.example/team/site:v1': the registry has no such image",
                       base::Error);
  const std::size_t before = f.fake->log.size();
  for (const char* name : {"", " ", "../x", "a/b", "v1?x", "-v", "sha256:12"}) {
    CAPTURE(name);
    CHECK_THROWS_AS(static_cast<void>(f.repository().delete_manifest(name)), base::Error);
    CHECK_THROWS_AS(static_cast<void>(f.repository().head_manifest(name)), base::Error);
  }
  CHECK(f.fake->log.size() == before);
}

// security.N18
TEST_CASE("a reply that names another digest is an error") {
  RegistryFixture f;
  f.fake->tamper = [](const http::Request& request, http::Response& response) {
    if (request.method == "PUT")
      response.headers.set("Docker-Content-Digest", oci::Digest::of_bytes("x").to_string());
  };
  CHECK_THROWS_WITH_AS(
      f.repository().put_manifest("v1", "{}", std::string(oci::media_type::kManifest)),
      doctest::Contains("instead of"), base::Error);
}

TEST_CASE("a manifest that was damaged on the way is asked for once more, not for ever") {
  for (const int times : {1, 2}) {
    RegistryFixture f;
    f.repository().put_manifest("v1", "{}", std::string(oci::media_type::kManifest));
    f.fake->log.clear();
    int left = times;
    f.fake->tamper = [&](const http::Request& request, http::Response& response) {
      if (request.method == "GET" && left-- > 0) response.body = "{ ";
    };
    if (times == 1) {
      CHECK(f.repository().get_manifest("v1").bytes == "{}");
    } else {
      CHECK_THROWS_WITH_AS(static_cast<void>(f.repository().get_manifest("v1")),
                           doctest::Contains("the bytes have digest"), base::Error);
    }
    CHECK(f.fake->count("GET /v2/team/site/manifests/v1") == 2);
  }
}

// security.N17
TEST_CASE("a manifest that was stored although the answer is an error counts") {
  for (const bool reset : {false, true}) {
    RegistryFixture f;
    f.fake->tamper = [&](const http::Request& request, http::Response& response) {
      if (request.method != "PUT") return;
      if (reset) throw http::TransportError(http::Failure::broken, request, "reset");
      response = {500, {}, ""};
    };
    f.repository().put_manifest("v1", "{}", std::string(oci::media_type::kManifest));
    CHECK(f.stored().tags.count("v1") == 1);
  }
}

// security.N10
TEST_CASE("blobs are checked to the last byte") {
  const SampleBlob blob = sample_blob("the right bytes", "x");
  for (const char* wrong : {"the wrong bytes", "the right byte", "the right bytes!", ""}) {
    CAPTURE(wrong);
    RegistryFixture f;
    f.stored().blobs[blob.descriptor.digest.to_string()] = wrong;
    CHECK_THROWS_AS(get(f.repository(), blob), base::Error);
  }
}

// Cuts each answer after `piece` bytes while it announces them all.
void cut_answers(test::FakeRegistry& fake, std::size_t piece) {
  fake.tamper = [piece](const http::Request& request, http::Response& response) {
    if (request.method != "GET" || response.body.size() <= piece) return;
    response.headers.set("Content-Length", std::to_string(response.body.size()));
    response.body.resize(piece);
  };
}

TEST_CASE("a broken download goes on where it stopped") {
  const SampleBlob blob = sample_blob(test::sample_bytes(10'000, 7), "x");
  RegistryFixture f;
  f.stored().blobs[blob.descriptor.digest.to_string()] = blob.bytes;
  cut_answers(*f.fake, 1000);
  CHECK(get(f.repository(), blob) == blob.bytes);
  CHECK(f.fake->requests.back().headers.find("Range") == "bytes=9000-");
}

TEST_CASE("without ranges the bytes that are there already are skipped") {
  const SampleBlob blob = sample_blob(test::sample_bytes(10'000, 7), "x");
  RegistryFixture f;
  f.fake->gitea = true;
  f.stored().blobs[blob.descriptor.digest.to_string()] = blob.bytes;
  int cuts = 0;
  f.fake->tamper = [&](const http::Request& request, http::Response& response) {
    if (request.method != "GET" || ++cuts > 2) return;
    response.headers.set("Content-Length", std::to_string(response.body.size()));
    response.body.resize(4000);
  };
  CHECK(get(f.repository(), blob) == blob.bytes);
  CHECK(cuts == 3);
}

TEST_CASE("a download that never gets on ends") {
  const SampleBlob blob = sample_blob(test::sample_bytes(10'000, 7), "x");
  RegistryFixture f;
  f.fake->gitea = true;
  f.stored().blobs[blob.descriptor.digest.to_string()] = blob.bytes;
  cut_answers(*f.fake, 1000);
  CHECK_THROWS_AS(get(f.repository(), blob), http::TransportError);
  CHECK(f.fake->log.size() < 20);
}

TEST_CASE("tags are listed to the end, however the registry pages") {
  for (const bool gitea : {false, true}) {
    RegistryFixture f;
    f.fake->gitea = gitea;
    f.fake->tag_page = 2;
    for (const char* tag : {"a", "b", "c", "d", "e"}) f.stored().tags[tag] = "x";
    CHECK(f.repository().list_tags()->size() == 5);
  }
}

// security.N8
TEST_CASE("a list of tags that points to itself or elsewhere ends") {
  RegistryFixture f;
  f.stored().tags["a"] = "x";
  std::string link = "</v2/team/site/tags/list>; rel=\"next\"";
  f.fake->tamper = [&](const http::Request&, http::Response& response) {
    response.headers.set("Link", link);
  };
  CHECK(f.repository().list_tags()->size() == 1);
  CHECK(f.fake->log.size() == 2);
  link = "<https://evil.example/x>; rel=\"next\"";
  CHECK_THROWS_AS(static_cast<void>(f.repository().list_tags()), base::Error);
}

}  // namespace
}  // namespace cooper::registry
