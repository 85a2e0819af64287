// Row P14.
#include "builder/check/check_options.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/check/rule.h"

namespace cooper::check {
namespace {

std::string refusal(std::string_view text) {
  try {
    static_cast<void>(parse_check_options(text));
  } catch (const base::Error& error) {
    return error.what();
  }
  return "none";
}

constexpr const char* kExperimental = "InvalidDefinitionDescription";

}  // namespace

TEST_CASE("there are BuildKit's 22 rules, and each name is told once") {
  int known = 0;
  for (const Rule& rule : rules()) {
    CHECK(find_rule(rule.name) == &rule);
    if (!rule.url.empty() || rule.name == "InvalidBaseImagePlatform") ++known;
  }
  CHECK(known == 22);
  CHECK(find_rule("NoSuchRule") == nullptr);
}

TEST_CASE("what is selected") {
  CHECK(parse_check_options("").wants("StageNameCasing"));
  CHECK_FALSE(parse_check_options("").wants(kExperimental));
  CHECK_FALSE(parse_check_options("skip=all").wants("StageNameCasing"));
  const CheckOptions some = parse_check_options(" skip = A , StageNameCasing ;error=true; ");
  CHECK_FALSE(some.wants("StageNameCasing"));
  CHECK(some.wants("FromAsCasing"));
  CHECK(some.error);
  CHECK(parse_check_options("experimental=InvalidDefinitionDescription").wants(kExperimental));
  CHECK(parse_check_options("skip=all;experimental=all").wants(kExperimental));
  CHECK_FALSE(parse_check_options("skip=all;experimental=all").wants("StageNameCasing"));
  CHECK_FALSE(parse_check_options("skip=InvalidDefinitionDescription;experimental=all")
                  .wants(kExperimental));
  CHECK_FALSE(parse_check_options("error=False").error);
}

TEST_CASE("options that are none") {
  CHECK(refusal("skip") == "read check option 'skip': it has no value");
  CHECK(refusal("skip=A;fatal=true") ==
        "read check option 'fatal=true': it is not skip, error or experimental");
  CHECK(refusal("error=maybe") == "read check option 'error=maybe': error is true or false");
}

TEST_CASE("a comment above an instruction adds to the options") {
  const CheckOptions file = parse_check_options("skip=A");
  const CheckOptions here =
      with_comments(file, {"text", "check=skip=B // because", "Check = error=1"});
  CHECK_FALSE(here.wants("A"));
  CHECK_FALSE(here.wants("B"));
  CHECK(here.error);
  CHECK(file.wants("B"));
  CHECK(with_comments(file, {"check=this=out"}).wants("C"));
  CHECK(is_check_comment("check=skip=A"));
  CHECK_FALSE(is_check_comment("check this"));
}

}  // namespace cooper::check
