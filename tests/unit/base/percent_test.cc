#include "base/percent.h"

#include <doctest/doctest.h>

using cooper::base::percent_decoded;

TEST_CASE("triples are decoded once, and nothing else changes") {
  CHECK(percent_decoded("a%20b%2Fc%2f") == "a b/c/");
  CHECK(percent_decoded("%2541") == "%41");
  CHECK(percent_decoded("a+b") == "a+b");
  CHECK(percent_decoded("%") == "%");
  CHECK(percent_decoded("%4") == "%4");
  CHECK(percent_decoded("%4g%zz") == "%4g%zz");
  CHECK(percent_decoded("%00") == std::string(1, '\0'));
  CHECK(percent_decoded("").empty());
}
