#include "builder/sandbox/user_namespace.h"

#include <doctest/doctest.h>

using namespace cooper::sandbox;

TEST_CASE("ranges of a user are found by name and by number") {
  const auto ranges =
      sub_ids("me:100000:65536\nother:1:2\n1000:5:6\nme:x:1\nme:7\nme:7:0\n", "me", 1000);
  REQUIRE(ranges.size() == 2);
  CHECK(ranges[0].first == 100000);
  CHECK(ranges[0].count == 65536);
  CHECK(ranges[1].first == 5);
  CHECK(sub_ids("", "me", 1000).empty());
}

TEST_CASE("the own id becomes root and the ranges follow") {
  CHECK(map_arguments(1000, {{100000, 10}, {300000, 5}}) ==
        std::vector<std::string>{"0", "1000", "1", "1", "100000", "10", "11", "300000", "5"});
}

TEST_CASE("how many ids a user namespace has") {
  CHECK(parse_id_map("         0          0 4294967295\n") == MappedIds::all);
  CHECK(parse_id_map("         0       1000          1\n") == MappedIds::one);
  CHECK(parse_id_map("         0       1000          1\n         1     100000      65536\n") ==
        MappedIds::many);
}
