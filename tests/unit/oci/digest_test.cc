#include "oci/digest.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/error.h"
#include "oci/time_text.h"

using namespace cooper::oci;  // NOLINT(google-build-using-namespace)

namespace {

const std::string kHex = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

}  // namespace

// security.D19 security.N7
TEST_CASE("a digest is sha256 and 64 lower-case digits, nothing else") {
  CHECK(Digest::parse("sha256:" + kHex) == Digest::of_bytes(""));
  CHECK(Digest::parse("sha256:" + kHex).to_string() == "sha256:" + kHex);
  for (const std::string& bad :
       {std::string(), std::string("sha256:"), kHex, "sha256:" + kHex.substr(1),
        "sha256:" + kHex + "0", "sha256:E3B0" + kHex.substr(4), "sha512:" + kHex,
        "sha256:../../" + kHex.substr(6), "SHA256:" + kHex, "sha256:" + kHex.substr(1) + "\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(Digest::try_parse(bad).has_value());
    CHECK_THROWS_AS(static_cast<void>(Digest::parse(bad)), cooper::base::Error);
  }
}

TEST_CASE("the chain id of a stack") {
  CHECK_FALSE(chain_id({}).has_value());
  const DiffId a = DiffId::of_bytes("a");
  const DiffId b = DiffId::of_bytes("b");
  CHECK(chain_id(std::vector<DiffId>{a})->hex() == a.hex());
  CHECK(*chain_id(std::vector<DiffId>{a, b}) ==
        ChainId::of_bytes(a.to_string() + " " + b.to_string()));
  CHECK(*chain_id(std::vector<DiffId>{a, b}) != *chain_id(std::vector<DiffId>{b, a}));
}

TEST_CASE("RFC 3339 there and back") {
  CHECK(to_rfc3339(0) == "1970-01-01T00:00:00Z");
  CHECK(to_rfc3339(1795411028) == "2026-11-23T05:17:08Z");
  CHECK(to_rfc3339(1795411028, 120000000) == "2026-11-23T05:17:08.12Z");
  CHECK(to_rfc3339(-1) == "1969-12-31T23:59:59Z");
  CHECK(to_rfc3339(951782400) == "2000-02-29T00:00:00Z");
  for (std::int64_t second :
       {0L, -1L, 951782400L, 951868800L, 1795411028L, -62135596800L, 253402300799L}) {
    CHECK(try_parse_rfc3339(to_rfc3339(second)) == second);
  }
}

TEST_CASE("RFC 3339 forms and mistakes") {
  CHECK(try_parse_rfc3339("2026-11-23T07:17:08.999999999+02:00") == 1795411028);
  CHECK(try_parse_rfc3339("2026-11-23t05:17:08z") == 1795411028);
  for (const char* bad :
       {"", "2026-11-23", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z",
        "2026-11-23T05:17:08", "2026-11-23T05:17:08.Z", "2026-11-23T05:17:08Zx",
        "2026-11-23T05:17:08+25:00", "+026-11-23T05:17:08Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(try_parse_rfc3339(bad).has_value());
  }
}
