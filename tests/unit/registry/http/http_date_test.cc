#include "registry/http/http_date.h"

#include <doctest/doctest.h>

namespace cooper::http {
namespace {

TEST_CASE("dates of servers") {
  CHECK(try_parse_date("Thu, 01 Jan 1970 00:00:00 GMT") == 0);
  CHECK(try_parse_date("Wed, 21 Oct 2015 07:28:00 GMT") == 1445412480);
  CHECK_FALSE(try_parse_date("yesterday").has_value());
  CHECK_FALSE(try_parse_date("Wed, 21 Oct 2015 07:28:00 GMT x").has_value());
}

}  // namespace
}  // namespace cooper::http
