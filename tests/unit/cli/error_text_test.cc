#include "cli/error_text.h"

#include <doctest/doctest.h>

#include "cli/exit_code.h"

using namespace cooper;
using base::Error;
using base::ErrorKind;

TEST_CASE("an error is one line") {
  CHECK(cli::error_text(Error(ErrorKind::failure, "open", "a file", "no such file")) ==
        "error: open 'a file': no such file\n");
}

TEST_CASE("an error with a place shows the line and carets, then the hint") {
  Error error(ErrorKind::usage, "parse", "COPPY", "unknown instruction");
  error.with_spot({"Dockerfile", 12, 1, 5, "COPPY a b"}).with_hint("did you mean COPY?");
  CHECK(cli::error_text(error) ==
        "error: parse 'COPPY': unknown instruction\n"
        "  --> Dockerfile:12\n"
        "    |\n"
        " 12 | COPPY a b\n"
        "    | ^^^^^\n"
        "hint: did you mean COPY?\n");
}

TEST_CASE("a column is shown where the carets begin") {
  Error error(ErrorKind::usage, "parse", "--frmo", "unknown flag");
  error.with_spot({"Dockerfile", 2, 6, 100, "COPY --frmo=x a b"});
  const std::string text = cli::error_text(error);
  CHECK(text.find("  --> Dockerfile:2:6\n") != std::string::npos);
  CHECK(text.find("   |      ^^^^^^^^^^^^\n") != std::string::npos);  // never beyond the line
}

TEST_CASE("control bytes of a line do not reach the terminal") {
  Error error(ErrorKind::usage, "copy", "\x1b]0;x", "absent");
  error.with_spot(
      {"Docker\x1b"
       "file",
       1, 1, 1, "COPY \x1b[2J"});
  CHECK(cli::error_text(error).find('\x1b') == std::string::npos);
}

TEST_CASE("exit codes") {
  CHECK(cli::exit_code_of(Error(ErrorKind::usage, "a", "b", "c")) == 2);
  CHECK(cli::exit_code_of(Error(ErrorKind::unsupported, "a", "b", "c")) == 2);
  CHECK(cli::exit_code_of(Error(ErrorKind::network, "a", "b", "c")) == 75);
  CHECK(cli::exit_code_of(Error(ErrorKind::cancelled, "a", "b", "c")) == 130);
  CHECK(cli::exit_code_of(Error(ErrorKind::limit, "a", "b", "c")) == 4);
  CHECK(cli::exit_code_of(Error(ErrorKind::step_failed, "a", "b", "c")) == 1);
  CHECK(cli::exit_code_of(Error(ErrorKind::denied, "a", "b", "c")) == 1);
}
