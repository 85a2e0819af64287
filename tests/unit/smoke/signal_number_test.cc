#include "smoke/signal_number.h"

#include <doctest/doctest.h>
#include <signal.h>

namespace cooper::smoke {

TEST_CASE("signals are known by name, with and without SIG, and by number") {
  CHECK(signal_number("SIGQUIT") == SIGQUIT);
  CHECK(signal_number("term") == SIGTERM);
  CHECK(signal_number("15") == SIGTERM);
  CHECK(signal_number("SIGCLD") == SIGCHLD);
  CHECK(signal_number("RTMIN+3") == 37);
  CHECK(signal_number("SIGRTMAX-1") == 63);
  CHECK_FALSE(signal_number(""));
  CHECK_FALSE(signal_number("0"));
  CHECK_FALSE(signal_number("65"));
  CHECK_FALSE(signal_number("SIGNOTHING"));
  CHECK_FALSE(signal_number("RTMIN+31"));
  CHECK(signal_name(SIGTERM) == "SIGTERM");
}

}  // namespace cooper::smoke
