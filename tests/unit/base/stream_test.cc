#include <doctest/doctest.h>

#include <array>

#include "base/error.h"
#include "base/sink.h"
#include "base/source.h"
#include "base/utf8.h"

using namespace cooper::base;  // NOLINT(google-build-using-namespace)

TEST_CASE("a limited source allows exactly its limit") {
  StringSource exact("12345");
  CHECK(read_all(exact, 5, "x") == "12345");
  StringSource more("123456");
  CHECK_THROWS_AS(static_cast<void>(read_all(more, 5, "x")), Error);
}

TEST_CASE("copy moves everything from a pipe to a string") {
  Pipe pipe = open_pipe();
  {
    FdSink sink(std::move(pipe.write), "pipe");
    sink.write(as_bytes("hello "));
    sink.write(as_bytes("world"));
  }
  FdSource source(std::move(pipe.read), "pipe");
  StringSink out;
  CHECK(copy(source, out) == 11);
  CHECK(out.text() == "hello world");
}

TEST_CASE("a short buffer gets the front") {
  StringSource source("abc");
  std::array<std::byte, 2> buffer{};
  CHECK(source.read(buffer) == 2);
  CHECK(as_text(buffer) == "ab");
  CHECK(source.read(buffer) == 1);
  CHECK(source.read(buffer) == 0);
}

TEST_CASE("UTF-8 is strict") {
  CHECK(is_valid_utf8("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"));
  CHECK_FALSE(is_valid_utf8("\xc0\xaf"));          // overlong
  CHECK_FALSE(is_valid_utf8("\xed\xa0\x80"));      // surrogate
  CHECK_FALSE(is_valid_utf8("\xf4\x90\x80\x80"));  // beyond the last code point
  CHECK_FALSE(is_valid_utf8("\xe2\x82"));          // cut off
  CHECK(decode_utf8("\xc3\xbcx") == std::pair<char32_t, std::size_t>{0xfc, 2});
  CHECK(decode_utf8("") == std::pair<char32_t, std::size_t>{0, 0});
}
