#include "base/base64.h"

#include <doctest/doctest.h>

using cooper::base::encode_base64;
using cooper::base::try_decode_base64;

TEST_CASE("base64 goes both ways") {
  for (const char* text : {"", "a", "ab", "abc", "user:pass word", "\x01\xff\x80"}) {
    CHECK(try_decode_base64(encode_base64(text)) == std::string(text));
  }
  CHECK(encode_base64("ab") == "YWI=");
  CHECK(try_decode_base64("YWI") == "ab");
  CHECK_FALSE(try_decode_base64("Y W").has_value());
  CHECK_FALSE(try_decode_base64("A").has_value());
}
