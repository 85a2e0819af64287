#include <doctest/doctest.h>

#include "base/error.h"
#include "registry/blob_upload.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::registry {
namespace {

using test::RegistryFixture;
using test::sample_blob;
using test::SampleBlob;

struct Upload : RegistryFixture {
  SampleBlob blob = sample_blob(test::sample_bytes(100'000, 3), "x");
  UploadOptions options;

  Upload() {
    options.one_piece = 1000;
    options.first_chunk = 10'000;
    options.smallest_chunk = 1000;
    options.largest_chunk = 40'000;
  }
  Placement place(const std::vector<std::string>& mount_from = {}) {
    const BlobContent content{
        blob.descriptor, [this](std::uint64_t offset) {
          return std::make_unique<base::StringSource>(std::string_view(blob.bytes).substr(offset));
        }};
    return place_blob(repository(), content, mount_from, options, {});
  }
  bool is_there() { return stored().blobs[blob.descriptor.digest.to_string()] == blob.bytes; }
};

TEST_CASE("chunks grow while they are fast") {
  Upload u;
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.is_there());
  std::vector<std::uint64_t> sizes;
  for (const http::Request& request : u.fake->requests) {
    if (request.method == "PATCH") sizes.push_back(request.body->size);
  }
  CHECK(sizes == std::vector<std::uint64_t>{10'000, 20'000, 40'000, 30'000});
}

TEST_CASE("small blobs go in one request, and nothing goes when it is there") {
  Upload u;
  u.options.one_piece = 1'000'000;
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.fake->count("PATCH") == 0);
  CHECK(u.fake->log.size() == 4);  // HEAD, POST, PUT, HEAD
  CHECK(u.place() == Placement::present);
  CHECK(u.fake->log.size() == 5);
}

TEST_CASE("a blob of another repository is mounted; where that fails it is sent") {
  Upload u;
  u.stored("team/other").blobs[u.blob.descriptor.digest.to_string()] = u.blob.bytes;
  CHECK(u.place({"team/absent", "team/other"}) == Placement::mounted);
  Upload without;
  CHECK(without.place({"team/absent"}) == Placement::uploaded);
  CHECK(without.fake->count("POST") == 1);  // the answer to the mount opened the session
}

// security.N12
TEST_CASE("a chunk that breaks is taken up where the registry stands") {
  for (const std::uint64_t at : {0U, 1U, 5000U, 9999U}) {
    CAPTURE(at);
    Upload u;
    int patches = 0;
    u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.method == "PATCH" && ++patches == 3) u.fake->break_body_after = at;
      return std::nullopt;
    };
    CHECK(u.place() == Placement::uploaded);
    CHECK(u.is_there());
    CHECK(u.fake->count("POST") == 1);
  }
}

TEST_CASE("where a session cannot be resumed a new one is begun") {
  for (const std::uint64_t at : {0U, 5000U}) {
    Upload u;
    u.fake->gitea = true;
    int patches = 0;
    u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.method == "PATCH" && ++patches == 2) u.fake->break_body_after = at;
      return std::nullopt;
    };
    CHECK(u.place() == Placement::uploaded);
    CHECK(u.is_there());
    CHECK(u.fake->count("POST") == 2);
    CHECK(u.fake->count("DELETE") == 1);
    CHECK(u.fake->uploads.empty());
  }
}

// security.N12
TEST_CASE("a connection that always breaks ends in an error, after a bounded time") {
  Upload u;
  u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PATCH")
      throw http::TransportError(http::Failure::broken, request, "reset");
    return std::nullopt;
  };
  CHECK_THROWS_WITH_AS(u.place(), doctest::Contains("reset"), base::Error);
  CHECK(u.fake->count("PATCH") <= 6);
  CHECK_FALSE(u.is_there());
}

// security.N11
TEST_CASE("overloaded: it waits as told and goes on") {
  Upload u;
  int patches = 0;
  u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method != "PATCH" || ++patches != 2) return std::nullopt;
    return http::Response{429, {{"Retry-After", "3"}}, ""};
  };
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.clock->sleeps().front() == std::chrono::seconds(3));
  CHECK(u.is_there());
}

TEST_CASE("a proxy that limits requests gets smaller chunks") {
  Upload u;
  u.fake->largest_body = 6000;
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.is_there());
  Upload one_piece;
  one_piece.options.one_piece = 1'000'000;
  one_piece.fake->largest_body = 6000;
  CHECK(one_piece.place() == Placement::uploaded);
  CHECK(one_piece.is_there());
  Upload hopeless;
  hopeless.fake->largest_body = 10;
  CHECK_THROWS_WITH_AS(hopeless.place(), doctest::Contains("413"), base::Error);
}

TEST_CASE("a session that vanished is begun anew") {
  Upload u;
  int patches = 0;
  u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PATCH" && ++patches == 3) u.fake->uploads.clear();
    return std::nullopt;
  };
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.is_there());
}

// security.N15
TEST_CASE("stored but the answer lost: the blob is found") {
  for (const bool pieces : {false, true}) {
    Upload u;
    if (!pieces) u.options.one_piece = 1'000'000;
    bool once = false;
    u.fake->tamper = [&](const http::Request& request, http::Response&) {
      if (request.method != "PUT" || std::exchange(once, true)) return;
      throw http::TransportError(http::Failure::broken, request, "reset");
    };
    CHECK(u.place() == Placement::uploaded);
    CHECK(u.fake->count("PUT") == 1);
  }
}

// security.N16
TEST_CASE("accepted but lost: sent once more, then an error") {
  Upload u;
  int lost = 0;
  int losses = 1;
  u.fake->tamper = [&](const http::Request& request, http::Response&) {
    if (request.method == "PUT" && lost++ < losses) u.stored().blobs.clear();
  };
  CHECK(u.place() == Placement::uploaded);
  CHECK(u.is_there());
  Upload always;
  always.fake->tamper = [&](const http::Request& request, http::Response&) {
    if (request.method == "PUT") always.stored().blobs.clear();
  };
  CHECK_THROWS_WITH_AS(always.place(), doctest::Contains("does not have it"), base::Error);
}

// security.N14
TEST_CASE("a token that dies in the middle is renewed") {
  Upload u;
  u.fake->auth = test::FakeRegistry::Auth::token;
  int patches = 0;
  u.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method != "PATCH" || ++patches != 2) return std::nullopt;
    http::Response response = test::error_answer(401, "UNAUTHORIZED");
    response.headers.add("WWW-Authenticate",
                         "Bearer realm=\"https://fake.example/token\",service=\"fake\"");
    return response;
  };
  CHECK_THROWS_AS(u.place(), base::Error);  // the same token again: it is not tried twice
  u.fake->fault = nullptr;
  CHECK(u.place() == Placement::uploaded);
}

TEST_CASE("a damaged local copy is found out and named") {
  Upload u;
  u.blob.bytes[5] = static_cast<char>(u.blob.bytes[5] ^ 1);
  CHECK_THROWS_WITH_AS(u.place(), doctest::Contains("the local copy is damaged"), base::Error);
}

TEST_CASE("a refusal is final and says why") {
  Upload u;
  u.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PATCH") return http::Response{403, {}, ""};
    return std::nullopt;
  };
  CHECK_THROWS_WITH_AS(u.place(), doctest::Contains("403 Forbidden"), base::Error);
  CHECK(u.fake->count("PATCH") == 1);
}

}  // namespace
}  // namespace cooper::registry
