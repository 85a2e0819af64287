#include "builder/upkeep/limits.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/upkeep/input_limits.h"

using namespace cooper::upkeep;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;
using cooper::base::ErrorKind;

namespace {

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_limits(text, "/home/me/config.json"));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "accepted";
}

}  // namespace

TEST_CASE("sizes") {
  CHECK(parse_size("1000", "x") == 1000);
  CHECK(parse_size("20GB", "x") == 20'000'000'000);
  CHECK(parse_size("1.5 GiB", "x") == 1'610'612'736);
  CHECK(parse_size("5mb", "x") == 5'000'000);
  CHECK_FALSE(parse_size("unlimited", "x").has_value());
  CHECK_FALSE(parse_size("0", "x").has_value());
  for (const char* bad : {"", "GB", "-1", "1XB", "1e99TB", "nan", "inf", "1 2"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(parse_size(bad, "x")), Error);
  }
}

TEST_CASE("ages") {
  CHECK(parse_age("90s", "x") == 90);
  CHECK(parse_age("1h30m", "x") == 5400);
  CHECK(parse_age("7d", "x") == 604'800);
  CHECK(parse_age("2w", "x") == 1'209'600);
  for (const char* bad : {"", "1", "h", "1x", "-1h", "1h2", "999999999999d"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(parse_age(bad, "x")), Error);
  }
}

TEST_CASE("a file changes what it names and nothing else") {
  const Limits none = parse_limits("{}", "f");
  CHECK(none.max_size == default_limits().max_size);
  const Limits limits = parse_limits(
      R"({"cache": {"maxSize": "5GB", "minFree": 1000, "keepDays": 2, "automatic": false}})", "f");
  CHECK(limits.max_size == 5'000'000'000);
  CHECK(limits.min_free == 1000);
  CHECK(limits.keep_seconds == 172'800);
  CHECK_FALSE(limits.automatic);
  const Limits open =
      parse_limits(R"({"cache": {"maxSize": "unlimited", "minFree": 0, "keepDays": 0}})", "f");
  CHECK_FALSE(open.max_size.has_value());
  CHECK_FALSE(open.min_free.has_value());
  CHECK_FALSE(open.keep_seconds.has_value());
}

TEST_CASE("a wrong file is refused by its name and the member") {
  CHECK(refusal(R"({"cash": {}})").find("cash") != std::string::npos);
  CHECK(refusal(R"({"cache": {"maxsize": 1}})").find("maxsize") != std::string::npos);
  CHECK(refusal(R"({"cache": {"maxSize": true}})").find("maxSize") != std::string::npos);
  CHECK(refusal(R"({"cache": {"maxSize": "much"}})").find("much") != std::string::npos);
  CHECK(refusal(R"({"cache": {"keepDays": -1}})").find("keepDays") != std::string::npos);
  CHECK(refusal(R"({"cache": 1})").find("cache") != std::string::npos);
  CHECK(refusal("{").find("/home/me/config.json") != std::string::npos);
}

TEST_CASE("limits of what comes from outside stand in the same file") {
  const std::string file = "/home/me/config.json";
  const auto limits = parse_input_limits(
      R"({"cache": {}, "limits": {"layerBytes": "40GiB", "layerEntries": 5}})", file);
  CHECK(limits ==
        std::map<std::string, std::string>{{"layerBytes", "40GiB"}, {"layerEntries", "5"}});
  CHECK(parse_input_limits("{}", file).empty());
  CHECK(parse_limits(R"({"limits": {"x": 1}})", file).automatic);
  for (const char* bad : {R"({"limits": {"a": true}})", R"({"limits": {"a": -1}})", "{"}) {
    CHECK_THROWS_AS(static_cast<void>(parse_input_limits(bad, file)), Error);
  }
}
