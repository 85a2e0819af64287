#include "base/limits.h"

#include <doctest/doctest.h>

#include "base/within_limit.h"

using namespace cooper::base;

// security.T23
TEST_CASE("a limit has its default, can be changed, and names itself when it is reached") {
  CHECK(limit_of(Limit::layer_entries) == 2'000'000);
  set_limit("layerEntries", 5);
  CHECK(limit_of(Limit::layer_entries) == 5);
  const Error error = limit_error(Limit::layer_entries, "read layer", "x", "too many");
  CHECK(error.kind() == ErrorKind::limit);
  CHECK(error.hint() ==
        "the limit layerEntries is 5; if this is meant, --limit layerEntries=NUMBER raises it");
  set_limit("layerEntries", 2'000'000);
}

TEST_CASE("the table is in the order of its names, without doubles") {
  std::size_t at = 0;
  for (const LimitRow& row : all_limits()) {
    CHECK(static_cast<std::size_t>(row.limit) == at++);
    CHECK(row.standard > 0);
    CHECK(limit_of(row.limit) == row.standard);
  }
}

TEST_CASE("a limit that is not there is refused with the nearest name") {
  try {
    set_limit("layerEntreis", 1);
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    CHECK(error.hint() == "did you mean 'layerEntries'?");
  }
  CHECK_THROWS_AS(set_limit("layerEntries", 0), Error);
  CHECK_THROWS_AS(set_limit("", 1), Error);
}

TEST_CASE("what reads within a limit names it, unless it reached another one inside") {
  const auto hint_of = [](const Error& thrown) {
    try {
      within(Limit::passwd_bytes, [&](std::uint64_t most) -> int {
        CHECK(most == std::uint64_t{1} << 20);
        throw Error(thrown);
      });
    } catch (const Error& error) {
      return error.hint();
    }
    return std::string("nothing thrown");
  };
  CHECK(hint_of({ErrorKind::limit, "read", "x", "too large"}) == limit_hint(Limit::passwd_bytes));
  CHECK(hint_of(limit_error(Limit::json_depth, "read", "x", "too deep")) ==
        limit_hint(Limit::json_depth));
  CHECK(hint_of({ErrorKind::corrupt, "read", "x", "damaged"}).empty());
}
