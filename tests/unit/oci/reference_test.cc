#include "oci/reference.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)

namespace {

const std::string kDigest =
    "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string full(std::string_view text) { return to_string(parse_reference(text)); }

std::string refusal(std::string_view text) {
  try {
    return "accepted as " + full(text);
  } catch (const cooper::base::Error& error) {
    return error.cause();
  }
}

}  // namespace

TEST_CASE("short forms mean Docker Hub") {
  CHECK(full("php") == "docker.io/library/php:latest");
  CHECK(full("php:8.3-fpm") == "docker.io/library/php:8.3-fpm");
  CHECK(full("user/app") == "docker.io/user/app:latest");
  CHECK(full("index.docker.io/php") == "docker.io/library/php:latest");
  CHECK(full("php@" + kDigest) == "docker.io/library/php@" + kDigest);
  CHECK(full("php:8@" + kDigest) == "docker.io/library/php:8@" + kDigest);
}

TEST_CASE("what is a host") {
  CHECK(full("localhost/app") == "localhost/app:latest");
  CHECK(full("localhost:5000/a/b:1") == "localhost:5000/a/b:1");
  CHECK(full("127.0.0.1:34567/app") == "127.0.0.1:34567/app:latest");
  CHECK(full("Registry.Example.COM/team/app") == "registry.example.com/team/app:latest");
  CHECK(full("[::1]:5000/app") == "[::1]:5000/app:latest");
  CHECK(full("host:5000/app:1") == "host:5000/app:1");
  CHECK(full("host/app") == "docker.io/host/app:latest");
}

TEST_CASE("repository grammar") {
  for (const char* good : {"a.b", "a_b", "a__b", "a-b", "a---b", "e/a.b_c-d", "0/1"}) {
    CAPTURE(good);
    CHECK(try_parse_reference(good).has_value());
  }
  for (const char* bad : {"a..b",
                          "a___b",
                          "-a",
                          "a-",
                          ".a",
                          "a.",
                          "a//b",
                          "/a",
                          "a/",
                          "a b",
                          "a\nb",
                          "a/../b",
                          "a:b/",
                          "a._b",
                          "http://host/x",
                          "",
                          ":",
                          "@",
                          "a:",
                          "host:99999/app",
                          "host:x/app",
                          "[::1/app",
                          "h_st.example/app"}) {
    CAPTURE(bad);
    CHECK_FALSE(try_parse_reference(bad).has_value());
  }
}

// security.D19
TEST_CASE("refusals say what is wrong") {
  CHECK(refusal("Host/app") == "the repository name must be lower case");
  CHECK(refusal("PHP") == "the repository name must be lower case");
  CHECK(refusal("localhost:5000/Team/App") == "the repository name must be lower case");
  CHECK(refusal(kDigest.substr(7)) == "64 hexadecimal digits are an image id, not a name");
  CHECK(refusal("php:-x").starts_with("invalid tag '-x'"));
  CHECK(refusal("php:" + std::string(129, 'a')).starts_with("invalid tag"));
  CHECK(refusal("php@sha512:aa") == "only sha256 digests are supported");
  CHECK(refusal("php@sha256:aa").starts_with("the digest is not"));
  CHECK(refusal("h_st.example/app").starts_with("invalid registry"));
  CHECK(refusal("x.example/" + std::string(250, 'a')) == "the name is longer than 255 characters");
  CHECK(refusal("") == "it is empty");
}

TEST_CASE("the familiar form reads back as the same reference") {
  CHECK(familiar(parse_reference("php:8.3")) == "php:8.3");
  CHECK(familiar(parse_reference("docker.io/user/app")) == "user/app:latest");
  CHECK(familiar(parse_reference("localhost:5000/app")) == "localhost:5000/app:latest");
  CHECK(familiar(parse_reference("docker.io/library/a/b")) == "library/a/b:latest");
  // "localhost/x" on Docker Hub has no short form, and neither has a name of 64 digits.
  const std::string id(64, 'a');
  for (const std::string& name :
       {std::string("docker.io/localhost/x:1"), "docker.io/library/" + id + ":latest"}) {
    const Reference reference = parse_reference(name);
    CHECK(parse_reference(familiar(reference)) == reference);
  }
}
