#include "init/parameters.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::init {
namespace {

Parameters shop() {
  Parameters parameters{"shop", "git.example:3000", "team/shop", {}, {}, {}};
  set_domain(parameters, "shop.example");
  return parameters;
}

std::string refusal(const Parameters& parameters) {
  try {
    check(parameters);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::usage);
    return error.what();
  }
  return {};
}

TEST_CASE("parameters: a domain gives three hosts") {
  CHECK(shop().site == "shop.example");
  CHECK(shop().account == "account.shop.example");
  CHECK(shop().admin == "admin.shop.example");
  CHECK_NOTHROW(check(shop()));
}

TEST_CASE("parameters: what they may not be") {
  struct Case {
    std::string Parameters::*member;
    std::string value;
    std::string message;
  };
  const std::string long_name(41, 'a');
  for (const Case& one : {
           Case{&Parameters::name, "", "use name"},
           Case{&Parameters::name, "Shop", "lower-case letters"},
           Case{&Parameters::name, "1shop", "begin with a letter"},
           Case{&Parameters::name, "shop-", "use name 'shop-'"},
           Case{&Parameters::name, "a.b", "use name 'a.b'"},
           Case{&Parameters::name, "a\nb", "use name 'a\\x0ab'"},
           Case{&Parameters::name, long_name, "at most 40"},
           Case{&Parameters::registry, "git", "use registry 'git'"},
           Case{&Parameters::registry, "https://git.example", "use registry"},
           Case{&Parameters::registry, "", "use registry"},
           Case{&Parameters::image, "shop", "it must be OWNER/NAME"},
           Case{&Parameters::image, "team/shop:v1", "it must be OWNER/NAME"},
           Case{&Parameters::image, "Team/Shop", "use image 'Team/Shop'"},
           Case{&Parameters::image, "./shop", "use image './shop'"},
           Case{&Parameters::image, "git.example/team/sh op", "use image"},
           Case{&Parameters::site, "Shop.example", "use site host"},
           Case{&Parameters::site, "shop..example", "use site host"},
           Case{&Parameters::account, "a`b", "use account host"},
           Case{&Parameters::admin, "", "use admin host"},
       }) {
    Parameters parameters = shop();
    parameters.*one.member = one.value;
    CAPTURE(one.value);
    CHECK(refusal(parameters).find(one.message) != std::string::npos);
  }
}

TEST_CASE("parameters: kept as JSON") {
  CHECK(parse_parameters(to_json(shop()), ".cooper-init.json") == shop());
  CHECK(to_json(shop()).find("\"registry\": \"git.example:3000\",\n") != std::string::npos);
}

TEST_CASE("parameters: a file that is none") {
  for (const char* text : {"", "[]", R"({"name": "a"})", R"({"domains": 1})"}) {
    CHECK_THROWS_AS(static_cast<void>(parse_parameters(text, "f")), base::Error);
  }
  std::string text = to_json(shop());
  text.replace(text.find("team/shop"), 9, "team");
  CHECK_THROWS_WITH_AS(static_cast<void>(parse_parameters(text, "f")),
                       doctest::Contains("it must be OWNER/NAME"), base::Error);
}

}  // namespace
}  // namespace cooper::init
