#include "registry/token.h"

#include <doctest/doctest.h>

#include "base/base64.h"
#include "base/error.h"

namespace cooper::registry {
namespace {

std::optional<std::chrono::seconds> life_of(const std::string& claims) {
  const std::string text = "e30." + base::encode_base64(claims) + ".c2ln";
  return parse_token_reply(R"({"token":")" + text + "\"}", "realm").lifetime;
}

TEST_CASE("a web token lives as long as its own dates say") {
  using std::chrono::seconds;
  CHECK(life_of(R"({"exp":1795699494,"nbf":1795613094,"UserID":1})") == seconds(86'400));
  CHECK(life_of(R"({"exp":1300,"iat":1000,"nbf":1290})") == seconds(300));
  CHECK(life_of(R"({"exp":9000000000,"iat":1})") == seconds(86'400));
}

TEST_CASE("a token that says nothing of its life is used until it is refused") {
  for (const char* claims :
       {"{}", "[]", "", "no json", R"({"exp":10})", R"({"exp":10,"iat":10})",
        R"({"exp":"10","iat":1})", R"({"exp":10,"iat":-5})", R"({"exp":1e400})"}) {
    CAPTURE(claims);
    CHECK_FALSE(life_of(claims).has_value());
  }
  for (const char* text : {"opaque", "a.b", "a.!!.c", "..", "."}) {
    CAPTURE(text);
    CHECK_FALSE(parse_token_reply(std::string(R"({"token":")") + text + "\"}", "realm")
                    .lifetime.has_value());
  }
}

TEST_CASE("expires_in goes before what the token says") {
  CHECK(parse_token_reply(R"({"token":"e30.e30.c2ln","expires_in":60})", "realm").lifetime ==
        std::chrono::seconds(60));
}

}  // namespace
}  // namespace cooper::registry
