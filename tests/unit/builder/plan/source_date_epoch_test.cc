#include "builder/plan/source_date_epoch.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "plan_case.h"

using namespace cooper;
using plan::PlanCase;
using plan::source_date_epoch;

TEST_CASE("A8 SOURCE_DATE_EPOCH comes from the build argument, else from a global default") {
  PlanCase none("FROM scratch\nARG SOURCE_DATE_EPOCH=5\n");
  CHECK_FALSE(source_date_epoch(none.requests));
  none.request().build_args["SOURCE_DATE_EPOCH"] = "1000";
  CHECK(source_date_epoch(none.requests) == 1000);
  none.request().build_args["SOURCE_DATE_EPOCH"] = "";
  CHECK_FALSE(source_date_epoch(none.requests));
  PlanCase file("ARG Y=20\nARG SOURCE_DATE_EPOCH=${Y}00\nFROM scratch\n");
  CHECK(source_date_epoch(file.requests) == 2000);
  file.request().build_args["SOURCE_DATE_EPOCH"] = "";
  CHECK_FALSE(source_date_epoch(file.requests));
}

TEST_CASE("A8 SOURCE_DATE_EPOCH is a number of seconds") {
  for (const char* text : {"soon", "-5", "1e9", "99999999999999999999", "context"}) {
    PlanCase wrong("FROM scratch\n");
    wrong.request().build_args["SOURCE_DATE_EPOCH"] = text;
    CHECK_THROWS_AS(static_cast<void>(source_date_epoch(wrong.requests)), base::Error);
  }
  PlanCase file("# one\nARG SOURCE_DATE_EPOCH=soon\nFROM scratch\n");
  try {
    static_cast<void>(source_date_epoch(file.requests));
    FAIL("accepted");
  } catch (const base::Error& error) {
    REQUIRE(error.spot());
    CHECK(error.spot()->line == 2);
  }
}

TEST_CASE("A8 all targets of a build have one time") {
  PlanCase two("FROM scratch\n");
  two.request().build_args["SOURCE_DATE_EPOCH"] = "1";
  two.add_request("other");
  CHECK(source_date_epoch(two.requests) == 1);
  two.requests.back().build_args["SOURCE_DATE_EPOCH"] = "2";
  CHECK_THROWS_AS(static_cast<void>(source_date_epoch(two.requests)), base::Error);
}
