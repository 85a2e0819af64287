#include "builder/engine/secret_mask.h"

#include <doctest/doctest.h>

using cooper::engine::SecretMask;

// security.S13
TEST_CASE("S13 a secret is hidden, plain and in base64") {
  const SecretMask mask({"hunter22", "first line\nsecond line"});
  CHECK(mask.apply("password hunter22, again hunter22") == "password ***, again ***");
  CHECK(mask.apply("aHVudGVyMjI=") == "***");
  CHECK(mask.apply("the second line here") == "the *** here");
  CHECK(mask.apply("nothing") == "nothing");
}

TEST_CASE("S13 a secret is hidden wherever it stands in an encoded text, and in lines of 76") {
  const SecretMask mask({"hunter22-hunter23\n"});
  // user:hunter22-hunter23 and deploy:hunter22-hunter23
  CHECK(mask.apply("dXNlcjpodW50ZXIyMi1odW50ZXIyMw==") == "dXNlcjpo***Mw==");
  CHECK(mask.apply("ZGVwbG95Omh1bnRlcjIyLWh1bnRlcjIz") == "ZGVwbG95Omh1***");
  CHECK(mask.apply("aHVudGVyMjItaHVudGVyMjM=").starts_with("***"));
  const std::string long_secret(200, 'k');
  const SecretMask wraps({long_secret});
  CHECK(wraps.apply("a2tr" + std::string(0, ' ')) == "a2tr");
  std::string line;
  while (line.size() < 76) line += "a2tr";
  CHECK(wraps.apply(line) == "***");
}

TEST_CASE("S13 the beginning of a secret at the end of a piece is known") {
  const SecretMask mask({"hunter22"});
  CHECK(mask.unfinished("password hunt") == 4);
  CHECK(mask.unfinished("password hunter22") == 0);
  CHECK(mask.unfinished("password ") == 0);
}

TEST_CASE("very short secrets and certificate bundles are not looked for") {
  CHECK(SecretMask({"ab"}).apply("cab") == "cab");
  CHECK(SecretMask({std::string(20'000, 'y')}).apply(std::string(20'000, 'y')).size() == 20'000);
}
