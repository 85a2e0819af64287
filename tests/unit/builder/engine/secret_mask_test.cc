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

TEST_CASE("very short secrets and certificate bundles are not looked for") {
  CHECK(SecretMask({"ab"}).apply("cab") == "cab");
  CHECK(SecretMask({std::string(20'000, 'y')}).apply(std::string(20'000, 'y')).size() == 20'000);
}
