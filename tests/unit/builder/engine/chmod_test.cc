#include "builder/engine/chmod.h"

#include <doctest/doctest.h>

#include "base/error.h"

using cooper::engine::ModeChange;

namespace {

std::uint32_t change(const char* text, std::uint32_t mode, bool directory = false) {
  return ModeChange::parse(text).apply(mode, directory);
}

}  // namespace

TEST_CASE("C12 octal modes replace the mode") {
  CHECK(change("755", 0600) == 0755);
  CHECK(change("0644", 0777) == 0644);
  CHECK(change("4755", 0) == 04755);
  CHECK(change("0", 0777) == 0);
}

TEST_CASE("C12 symbolic modes change it") {
  CHECK(change("u=rwX,go=rX", 0600) == 0644);
  CHECK(change("u=rwX,go=rX", 0700) == 0755);
  CHECK(change("u=rwX,go=rX", 0600, true) == 0755);
  CHECK(change("+x", 0644) == 0755);
  CHECK(change("a-w", 0666) == 0444);
  CHECK(change("g=u", 0740) == 0770);
  CHECK(change("o=", 0777) == 0770);
  CHECK(change("u+s", 0755) == 04755);
  CHECK(change("+t", 0777) == 01777);
  CHECK(change("u+x-w", 0644) == 0544);
  CHECK(change("u=rwx,g=rx", 06755) == 0755);
  CHECK(change("g=u", 02740) == 02770);
  CHECK(change("o+t", 0755) == 0755);
  CHECK(change("a-x,u+X", 0755) == 0744);
}

TEST_CASE("C12 a directory made on the way: only an octal mode is its own") {
  CHECK(ModeChange::parse("1700").apply_to_new(0755) == 0700);
  CHECK(ModeChange::parse("go=").apply_to_new(0755) == 0755);
}

TEST_CASE("C12 what is no mode is refused") {
  for (const char* text : {"", "8", "10000", "0x1", "rwx", "u", "u=rw;", "u=z", "u=r,", "-1x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(ModeChange::parse(text)), cooper::base::Error);
  }
}
