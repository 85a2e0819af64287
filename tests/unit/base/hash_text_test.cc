#include "base/hash_text.h"

#include <doctest/doctest.h>

#include "base/utf8.h"

namespace cooper::base {
namespace {

TEST_CASE("digests of texts") {
  CHECK(hash_hex(HashName::md5, "") == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(hash_hex(HashName::sha1, "abc") == "a9993e364706816aba3e25717850c26c9cd0d89d");
  CHECK(hash_hex(HashName::sha512, "abc").substr(0, 16) == "ddaf35a193617aba");
  CHECK(hash_bytes(HashName::sha512, "abc").size() == 64);
}

TEST_CASE("code points are written as UTF-8") {
  std::string text;
  for (const char32_t code : {U'a', U'\u00e9', U'\u20ac', U'\U0001f600'}) append_utf8(text, code);
  CHECK(text == "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
  text.clear();
  append_utf8(text, 0xd800);
  append_utf8(text, 0x110000);
  CHECK(text == "\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace cooper::base
