#include "registry/challenge.h"

#include <doctest/doctest.h>

namespace cooper::registry {
namespace {

TEST_CASE("a bearer challenge is read") {
  const auto all = parse_challenges(
      R"(Bearer realm="https://auth.example/token",service="reg",scope="repository:a/b:pull,push")");
  REQUIRE(all.size() == 1);
  CHECK(all[0].scheme == "bearer");
  CHECK(all[0].params.at("realm") == "https://auth.example/token");
  CHECK(all[0].params.at("scope") == "repository:a/b:pull,push");
}

TEST_CASE("several challenges in one field and in several fields") {
  const auto all = challenges_of(
      {{"WWW-Authenticate", R"(Negotiate, Basic realm="a \"b\", c" , Digest  qop = auth)"},
       {"www-authenticate", "BEARER Realm=x"}});
  REQUIRE(all.size() == 4);
  CHECK(all[0].scheme == "negotiate");
  CHECK(all[1].params.at("realm") == "a \"b\", c");
  CHECK(all[2].params.at("qop") == "auth");
  CHECK(find_challenge(all, "bearer")->params.at("realm") == "x");
  CHECK(find_challenge(all, "other") == nullptr);
}

TEST_CASE("nonsense does no harm") {
  for (const char* text : {"", ",,,", "\"", "=x", "Bearer realm=\"open", "Bearer realm=\"x\\",
                           "@@@ , Basic realm=a", "a=b"}) {
    CAPTURE(text);
    static_cast<void>(parse_challenges(text));
  }
  CHECK(find_challenge(parse_challenges("@@@ , Basic realm=a"), "basic") != nullptr);
}

}  // namespace
}  // namespace cooper::registry
