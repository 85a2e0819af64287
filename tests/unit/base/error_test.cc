#include "base/error.h"

#include <doctest/doctest.h>

#include <cerrno>

using cooper::base::Error;
using cooper::base::ErrorKind;
using cooper::base::printable;
using cooper::base::system_error;

TEST_CASE("an error is one line of doing, thing and cause") {
  CHECK(std::string(Error(ErrorKind::usage, "parse", "a b", "no").what()) == "parse 'a b': no");
  CHECK(std::string(Error(ErrorKind::usage, "parse", "", "no").what()) == "parse: no");
  CHECK(std::string(Error(ErrorKind::usage, "parse", "x", "").what()) == "parse 'x'");
}

// security.S12
TEST_CASE("text from outside cannot command a terminal") {
  CHECK(printable("a\x1b[31mb\n\r\x07") == "a\\x1b[31mb\\x0a\\x0d\\x07");
  CHECK(printable("\xc2\x9b") == "\\xc2\\x9b");           // C1 control
  CHECK(printable("\xe2\x80\xae") == "\\xe2\\x80\\xae");  // right-to-left override
  CHECK(printable("\xff\xfe") == "\\xff\\xfe");
  CHECK(printable("gr\xc3\xbc\xc3\x9f") == "gr\xc3\xbc\xc3\x9f");
  CHECK(std::string(Error(ErrorKind::usage, "open", "a\nb", "c\x1b").what()) ==
        "open 'a\\x0ab': c\\x1b");
}

TEST_CASE("errno becomes a kind") {
  CHECK(system_error("open", "x", ENOENT).kind() == ErrorKind::not_found);
  CHECK(system_error("open", "x", EACCES).kind() == ErrorKind::denied);
  CHECK(system_error("open", "x", EIO).kind() == ErrorKind::system);
  const Error full = system_error("write", "x", ENOSPC);
  CHECK(full.system_errno() == ENOSPC);
  CHECK_FALSE(full.hint().empty());
}

TEST_CASE("hint and spot are kept") {
  Error error(ErrorKind::usage, "parse", "f", "no");
  error.with_hint("try y").with_spot({"f", 3, 4, 2, "line"});
  CHECK(error.hint() == "try y");
  REQUIRE(error.spot().has_value());
  CHECK(error.spot()->line == 3);
}
