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

TEST_CASE("A8 a context or a stage gives the time") {
  const auto source = [](const char* text, const char* value) {
    PlanCase test(text);
    test.request().build_args["SOURCE_DATE_EPOCH"] = value;
    test.request().local_contexts.insert("named");
    return plan::epoch_source(test.requests.front());
  };
  CHECK_FALSE(source("FROM scratch\n", "12"));
  CHECK_FALSE(source("FROM scratch\n", ""));
  CHECK(std::get<plan::ContextEpoch>(*source("FROM scratch\n", "context")).name.empty());
  CHECK(std::get<plan::ContextEpoch>(*source("FROM scratch\n", "named")).name == "named");
  const char* stage =
      "ARG V=1\nFROM scratch AS src\nARG V\nARG U=http://a/${V}\nADD --checksum=sha256:0 $U "
      "/\nFROM b\n";
  const auto address = std::get<plan::AddressEpoch>(*source(stage, "SRC"));
  CHECK(address.address == "http://a/1");
  CHECK(address.checksum == "sha256:0");
  CHECK(address.where.first_line == 5);
  for (const char* wrong :
       {"FROM scratch AS src\nCOPY a /\n", "FROM scratch AS src\nADD a /\n",
        "FROM scratch AS src\n", "FROM b AS src\nADD http://a/b /\n",
        "FROM scratch AS src\nADD http://a/b /\nADD http://a/c /\n",
        "FROM scratch AS src\nADD http://a/b http://a/c /\n", "FROM scratch AS other\n"}) {
    CAPTURE(wrong);
    CHECK_THROWS_AS(static_cast<void>(source(wrong, "src")), base::Error);
  }
}

TEST_CASE("A8 the time that was found takes the argument's place") {
  PlanCase given("FROM scratch\n");
  given.request().build_args["SOURCE_DATE_EPOCH"] = "context";
  plan::set_epoch(given.request(), 7);
  CHECK(source_date_epoch(given.requests) == 7);
  plan::set_epoch(given.request(), std::nullopt);
  CHECK(given.request().build_args.empty());
  PlanCase global("ARG SOURCE_DATE_EPOCH=context\nFROM scratch\n");
  plan::set_epoch(global.request(), std::nullopt);
  CHECK_FALSE(source_date_epoch(global.requests));
}

TEST_CASE("A8 all targets of a build have one time") {
  PlanCase two("FROM scratch\n");
  two.request().build_args["SOURCE_DATE_EPOCH"] = "1";
  two.add_request("other");
  CHECK(source_date_epoch(two.requests) == 1);
  two.requests.back().build_args["SOURCE_DATE_EPOCH"] = "2";
  CHECK_THROWS_AS(static_cast<void>(source_date_epoch(two.requests)), base::Error);
}
