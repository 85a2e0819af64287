#include "builder/layer/oddities.h"

#include <doctest/doctest.h>

namespace cooper::layer {
namespace {

TEST_CASE("a line for each kind, with a count and the first member") {
  Oddities oddities;
  CHECK(oddities.empty());
  oddities.add("a/b", "odd");
  oddities.add("", "without end");
  oddities.add("c", "strange");
  oddities.add("d", "odd", 2);
  CHECK(oddities.lines("sha256:0123456789abcdef") ==
        std::vector<std::string>{
            "warning: layer sha256:0123456789ab: odd (3 members, the first is 'a/b')",
            "warning: layer sha256:0123456789ab: without end",
            "warning: layer sha256:0123456789ab: strange ('c')"});
}

TEST_CASE("a layer that makes up kinds does not fill the memory") {
  Oddities oddities;
  for (std::size_t i = 0; i < 1000; ++i) oddities.add("p", "kind " + std::to_string(i));
  oddities.add("p", "kind 0");
  REQUIRE(oddities.kinds().size() == Oddities::kMostKinds + 1);
  CHECK(oddities.kinds().front().count == 2);
  CHECK(oddities.kinds().back().count == 1000 - Oddities::kMostKinds);
}

}  // namespace
}  // namespace cooper::layer
