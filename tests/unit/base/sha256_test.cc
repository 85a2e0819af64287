#include "base/sha256.h"

#include <doctest/doctest.h>

#include "base/random_name.h"

using cooper::base::Sha256;
using cooper::base::sha256_hex;
using cooper::base::to_hex;

TEST_CASE("SHA-256 of the standard's examples") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("pieces give the digest of the whole, and finish starts afresh") {
  Sha256 hash;
  hash.update("a");
  hash.update("bc");
  CHECK(to_hex(hash.finish()) == sha256_hex("abc"));
  hash.update("abc");
  CHECK(to_hex(hash.finish()) == sha256_hex("abc"));
}

TEST_CASE("random names are 32 digits and differ") {
  const std::string name = cooper::base::random_name();
  CHECK(name.size() == 32);
  CHECK(name.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(name != cooper::base::random_name());
}
