#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::registry {
namespace {

using test::FakeRegistry;
using test::RegistryFixture;

base::Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error");
  return {base::ErrorKind::failure, "", "", ""};
}

TEST_CASE("a token is fetched once and used for all requests of a scope") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  f.stored();
  for (int i = 0; i < 5; ++i) CHECK(f.repository().list_tags().has_value());
  CHECK(f.fake->count("GET /token") == 1);
  CHECK(f.fake->count("GET /v2/team/site/tags/list") == 6);  // the first was refused
}

// security.N26
TEST_CASE("a token is renewed before it expires, by our own clock") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  f.stored();
  static_cast<void>(f.repository().list_tags());
  f.clock->advance(std::chrono::seconds(250));  // of 300
  static_cast<void>(f.repository().list_tags());
  CHECK(f.fake->count("GET /token") == 2);
  CHECK(f.fake->count("GET /v2/team/site/tags/list") == 3);
}

// security.N14
TEST_CASE("a wrong password is refused once and explained") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  f.credentials->by_host["fake.example"].password = "wrong";
  const base::Error error = error_of([&] { static_cast<void>(f.repository().list_tags()); });
  CHECK(error.kind() == base::ErrorKind::denied);
  CHECK(
      error.hint() ==
      "the credentials of user 'cooper' from the test were refused: wrong or expired (Gitea: or a "
      "token without a scope of packages)");
  CHECK(f.fake->count("GET /token") == 1);
}

TEST_CASE("missing permission is 401 to a fresh token: no loop, and it is explained") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  f.fake->write_allowed = false;
  const base::Error error =
      error_of([&] { f.repository().put_manifest("v1", "{}", "application/vnd.oci.x"); });
  CHECK(error.kind() == base::ErrorKind::denied);
  CHECK(error.hint() ==
        "the credentials of 'cooper' from the test are right, but have no permission to write "
        "(Gitea: "
        "the token needs write:package, the user package write)");
  CHECK(f.fake->count("PUT") <= 2);
  CHECK(f.fake->count("GET /token") <= 2);
}

TEST_CASE("without credentials the hint says where they would be") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::basic;
  f.credentials->by_host.clear();
  const base::Error error = error_of([&] { static_cast<void>(f.repository().list_tags()); });
  CHECK(error.kind() == base::ErrorKind::denied);
  CHECK(error.hint().find("no credentials for fake.example in the test") != std::string::npos);
}

// security.N1
TEST_CASE("a realm of another host gets no password and no request") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  for (const char* realm :
       {"https://evil.example/token", "http://fake.example/token", "https://fake.example:444/token",
        "https://fake.example.evil/token", "ftp://fake.example/"}) {
    CAPTURE(realm);
    f.fake->realm = realm;
    const base::Error error = error_of([&] { static_cast<void>(f.repository().list_tags()); });
    CHECK(error.kind() == base::ErrorKind::denied);
    CHECK(f.fake->count("GET /token") == 0);
    CHECK(f.leaks() == 0);
  }
}

// security.N1
TEST_CASE("the error about a realm names it and the setting that allows it") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  f.fake->realm = "https://sso.example/token";
  const base::Error error = error_of([&] { static_cast<void>(f.repository().list_tags()); });
  CHECK(std::string(error.what()).find("https://sso.example") != std::string::npos);
  CHECK(error.hint().find("fake.example=https://sso.example") != std::string::npos);
  Client allowed(f.fake, f.clock, f.credentials, {{}, {{"fake.example", "https://sso.example"}}});
  f.stored();
  CHECK(allowed.repository({"fake.example", "team/site", "", {}}).list_tags().has_value());
}

// security.N6
TEST_CASE("credentials are another host's business") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::basic;
  for (const char* host : {"fake.example.evil", "fake.example:8443", "evil.example"}) {
    CHECK_THROWS_AS(f.client.ping(host), base::Error);
  }
  CHECK(f.leaks() == 0);
  for (const http::Request& request : f.fake->requests)
    CHECK_FALSE(request.headers.find("Authorization").has_value());
}

// security.N4
TEST_CASE("a redirected blob is fetched without the token; a 401 there ends it") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  const test::SampleBlob blob = test::sample_blob("bytes", "x");
  bool deny = false;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.url.host == "cdn.example") {
      if (deny)
        return http::Response{
            401, {{"WWW-Authenticate", "Bearer realm=\"https://cdn.example/token\""}}, ""};
      return http::Response{200, {}, "bytes"};
    }
    const bool authorized = request.headers.find("Authorization") == "Bearer good";
    if (request.url.path.find("/blobs/") != std::string::npos && authorized) {
      return http::Response{307, {{"Location", "https://cdn.example/x?sig=secret"}}, ""};
    }
    return std::nullopt;
  };
  base::StringSink sink;
  f.repository().get_blob(blob.descriptor, sink);
  CHECK(sink.text() == "bytes");
  CHECK(f.leaks() == 0);
  deny = true;
  base::NullSink nothing;
  const base::Error error = error_of([&] { f.repository().get_blob(blob.descriptor, nothing); });
  CHECK(std::string(error.what()).find("https://cdn.example") != std::string::npos);
  CHECK(std::string(error.what()).find("secret") == std::string::npos);
  CHECK(f.leaks() == 0);
}

// security.N2
TEST_CASE("an upload that is sent to another origin is refused before a byte goes there") {
  for (const char* location :
       {"https://evil.example/upload", "http://fake.example/upload", "https://fake.example:1/u"}) {
    CAPTURE(location);
    RegistryFixture f;
    f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.method == "POST") return http::Response{202, {{"Location", location}}, ""};
      return std::nullopt;
    };
    const test::SampleBlob blob = test::sample_blob("bytes", "x");
    const BlobContent content{blob.descriptor, [&](std::uint64_t) -> std::unique_ptr<base::Source> {
                                FAIL("the blob was opened");
                                return nullptr;
                              }};
    const base::Error error =
        error_of([&] { static_cast<void>(place_blob(f.repository(), content, {}, {}, {})); });
    CHECK(error.kind() == base::ErrorKind::denied);
    CHECK(f.fake->count("P") == 1);  // the POST
  }
}

// security.N8
TEST_CASE("an endless or empty token answer is an error without the token's text") {
  RegistryFixture f;
  f.fake->auth = FakeRegistry::Auth::token;
  for (const char* body :
       {"", "{}", "[]", R"({"token":""})", R"({"token":"a\nb"})", R"({"token":7})"}) {
    CAPTURE(body);
    f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.url.path == "/token") return http::Response{200, {}, body};
      return std::nullopt;
    };
    CHECK_THROWS_AS(static_cast<void>(f.repository().list_tags()), base::Error);
  }
}

}  // namespace
}  // namespace cooper::registry
