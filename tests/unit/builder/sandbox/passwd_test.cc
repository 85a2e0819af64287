#include "builder/sandbox/passwd.h"

#include <doctest/doctest.h>

#include "base/error.h"

using namespace cooper;
using namespace cooper::sandbox;

namespace {

constexpr std::string_view kPasswd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "app:x:1000:1001:App,,,:/home/app:/bin/sh\n"
    "broken\n"
    "bad:x:-1:0::/:\n"
    "big:x:4294967296:0::/:\n"
    "42:x:7:8::/seven:/bin/sh\n"
    "nohome:x:9:9:::";
constexpr std::string_view kGroup =
    "root:x:0:\nwheel:x:10:root,app\napp:x:1001:\naudio:x:29:x,app\naudio2:x:29:app\nnear:x:30:"
    "application\nbad:x:x:app\n";

using Ids = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("a name brings its group, its additional groups and its home") {
  const UserIds ids = resolve_user("app", kPasswd, kGroup);
  CHECK(ids.uid == 1000);
  CHECK(ids.gid == 1001);
  CHECK(ids.groups == Ids{1001, 10, 29});
  CHECK(ids.home == "/home/app");
}

TEST_CASE("with a group named there is only that group") {
  CHECK(resolve_user("app:wheel", kPasswd, kGroup).groups == Ids{10});
  CHECK(resolve_user("app:0", kPasswd, kGroup).gid == 0);
  CHECK(resolve_user("55:66", kPasswd, kGroup).gid == 66);
}

TEST_CASE("numbers") {
  const UserIds known = resolve_user("1000", kPasswd, kGroup);
  CHECK(known.gid == 1001);
  CHECK(known.groups == Ids{1001, 10, 29});
  const UserIds unknown = resolve_user("4321", kPasswd, kGroup);
  CHECK(unknown.uid == 4321);
  CHECK(unknown.gid == 0);
  CHECK(unknown.groups == Ids{0});
  CHECK(unknown.home == "/");
  CHECK(resolve_user("4294967294", "", "").uid == 4294967294U);
}

TEST_CASE("a user whose name is a number is found by name first") {
  CHECK(resolve_user("42", kPasswd, kGroup).uid == 7);
}

TEST_CASE("nothing behind the colon is no group") {
  const UserIds ids = resolve_user("app:", kPasswd, kGroup);
  CHECK(ids.uid == 1000);
  CHECK(ids.groups == resolve_user("app", kPasswd, kGroup).groups);
  CHECK(resolve_owner("55:", std::nullopt, std::nullopt).gid == 55);
}

TEST_CASE("an entry without a home has the root as home") {
  CHECK(resolve_user("nohome", kPasswd, kGroup).home == "/");
}

// security.D10
TEST_CASE("D10: what must never become uid 0 by accident") {
  for (const char* text : {"4294967295",
                           "4294967296",
                           "18446744073709551616",
                           "99999999999999999999999999",
                           "-1",
                           "+1",
                           "0x0",
                           ":",
                           ":0",
                           ":wheel",
                           "",
                           " ",
                           "a b",
                           "0 ",
                           "nobody",
                           "bad",
                           "big",
                           "app:nogroup",
                           "app:-1",
                           "app:4294967295",
                           "root/",
                           "a,b",
                           "root:root:root"}) {
    CAPTURE(std::string(text));
    CHECK_THROWS_AS(static_cast<void>(resolve_user(text, kPasswd, kGroup)), base::Error);
  }
  CHECK_THROWS_AS(static_cast<void>(resolve_user(std::string_view("ro\0ot", 5), kPasswd, kGroup)),
                  base::Error);
}

TEST_CASE("owners of copied files") {
  CHECK(resolve_owner("55", std::nullopt, std::nullopt).uid == 55);
  CHECK(resolve_owner("55", std::nullopt, std::nullopt).gid == 55);
  CHECK(resolve_owner("1000", kPasswd, kGroup).gid == 1000);
  CHECK(resolve_owner("app", kPasswd, kGroup).uid == 1000);
  CHECK(resolve_owner("app", kPasswd, kGroup).gid == 1001);
  CHECK(resolve_owner("app:wheel", kPasswd, kGroup).gid == 10);
  CHECK(resolve_owner("0:0", std::nullopt, std::nullopt).gid == 0);
  CHECK_THROWS_WITH_AS(static_cast<void>(resolve_owner("app", std::nullopt, kGroup)),
                       doctest::Contains("no /etc/passwd"), base::Error);
  CHECK_THROWS_WITH_AS(static_cast<void>(resolve_owner("0:wheel", kPasswd, std::nullopt)),
                       doctest::Contains("no /etc/group"), base::Error);
}
