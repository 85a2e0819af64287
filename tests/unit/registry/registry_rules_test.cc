#include "registry/registry_rules.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/registry/registry_fixture.h"

namespace cooper::registry {
namespace {

const char* const kConf = R"(
unqualified-search-registries = ["docker.io"]
[aliases]
"php" = "docker.io/library/php"

[[registry]]
location = "docker.io"
[[registry.mirror]]
location = "mirror.example/hub"
[[registry.mirror]]
location = "digests.example:5000"
insecure = true
pull-from-mirror = "digest-only"

[[registry]]
prefix = "old.example/team"
location = "new.example/moved"

[[registry]]
prefix = "*.evil.example"
blocked = true

[[registry]]
location = "lab.example:5000"
insecure = true
)";

std::vector<std::string> places(const RegistryRules& rules, const std::string& reference) {
  std::vector<std::string> out;
  for (const oci::Reference& place : pull_locations(rules, oci::parse_reference(reference)))
    out.push_back(oci::to_string(place));
  return out;
}

TEST_CASE("mirrors come first, and a prefix may mean another place") {
  const RegistryRules rules = parse_registries_conf(kConf, "registries.conf");
  using Places = std::vector<std::string>;
  CHECK(places(rules, "php:8.3") ==
        Places{"mirror.example/hub/library/php:8.3", "docker.io/library/php:8.3"});
  const std::string digest = "@" + oci::Digest::of_bytes("x").to_string();
  CHECK(places(rules, "php" + digest) == Places{"mirror.example/hub/library/php" + digest,
                                                "digests.example:5000/library/php" + digest,
                                                "docker.io/library/php" + digest});
  CHECK(places(rules, "old.example/team/site:1") == Places{"new.example/moved/site:1"});
  CHECK(places(rules, "old.example/teams/site:1") == Places{"old.example/teams/site:1"});
  CHECK(places(rules, "other.example/x:1") == Places{"other.example/x:1"});
}

TEST_CASE("what is blocked is refused, to pull and to push") {
  const RegistryRules rules = parse_registries_conf(kConf, "registries.conf");
  const auto reference = oci::parse_reference("a.evil.example/x");
  CHECK_THROWS_WITH_AS(static_cast<void>(pull_locations(rules, reference)),
                       doctest::Contains("blocks '*.evil.example'"), base::Error);
  test::RegistryFixture f;
  ClientOptions options;
  options.rules = rules;
  Client client(f.fake, f.clock, f.credentials, options);
  CHECK_THROWS_AS(static_cast<void>(client.repository(reference)), base::Error);
  CHECK(f.fake->log.empty());
  CHECK(places(rules, "evil.example/x:1").size() == 1);
}

TEST_CASE("insecure is who was called so") {
  const RegistryRules rules = parse_registries_conf(kConf, "registries.conf");
  CHECK(is_insecure_host(rules, "lab.example:5000"));
  CHECK(is_insecure_host(rules, "digests.example:5000"));
  for (const char* host : {"lab.example", "docker.io", "mirror.example", "lab.example:5001"})
    CHECK_FALSE(is_insecure_host(rules, host));
  RegistryRules wild = parse_registries_conf("[[registry]]\nprefix = \"*.lab\"\ninsecure = true\n",
                                             "registries.conf");
  CHECK(is_insecure_host(wild, "a.lab"));
  CHECK_FALSE(is_insecure_host(wild, "lab"));
}

TEST_CASE("the longest prefix and the later file decide") {
  RegistryRules rules = parse_registries_conf(
      "[[registry]]\nprefix=\"a.example\"\nlocation=\"b.example\"\n"
      "[[registry]]\nprefix=\"a.example/x\"\nlocation=\"c.example/y\"\n",
      "one");
  CHECK(places(rules, "a.example/x/z:1").front() == "c.example/y/z:1");
  add_rules(rules, parse_registries_conf("[[registry]]\nprefix=\"a.example/x\"\n", "two"));
  CHECK(places(rules, "a.example/x/z:1").front() == "a.example/x/z:1");
}

TEST_CASE("a file that is none is refused with its line") {
  const std::pair<const char*, const char*> cases[] = {
      {"[[registry]\n", "registries.conf"},
      {"registry = 1\n", "no [[table]]"},
      {"[[registry]]\nlocation = 1\n", "'location' is no string"},
      {"[[registry]]\nlocation = \"https://a.example\"\n", "not host[:port][/path]"},
      {"[[registry]]\nlocation = \"a.example\"\ninsecure = \"yes\"\n", "neither true nor false"},
      {"[[registry]]\ninsecure = true\n", "neither prefix nor location"},
      {"[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\ninsecure = true\n",
       "a mirror has no 'location'"},
      {"[[registry]]\nlocation = \"a.example\"\n[[registry.mirror]]\nlocation = \"b.example\"\n"
       "pull-from-mirror = \"never\"\n",
       "not all, digest-only or tag-only"},
      {"[registries.insecure]\nregistries = [\"a\"]\n", "version 1"},
  };
  for (const auto& one : cases) {
    const auto& text = one.first;
    const auto& cause = one.second;
    CAPTURE(text);
    CHECK_THROWS_WITH_AS(static_cast<void>(parse_registries_conf(text, "registries.conf")),
                         doctest::Contains(cause), base::Error);
  }
}

}  // namespace
}  // namespace cooper::registry
