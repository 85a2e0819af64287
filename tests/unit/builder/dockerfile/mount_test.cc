// Rows R8 to R13: RUN --mount.
#include "builder/dockerfile/mount.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::dockerfile {
namespace {

std::string cause_of_mount(std::string_view text) {
  try {
    static_cast<void>(parse_mount(text));
  } catch (const base::Error& error) {
    return error.cause();
  }
  return "no error";
}

TEST_CASE("R8 bind is the default; other names of the options") {
  const Mount mount = parse_mount("DST=/a,src=b,From=stage,rw");
  CHECK(mount.type == MountType::bind);
  CHECK(mount.target == "/a");
  CHECK(mount.source == "b");
  CHECK(mount.from == "stage");
  CHECK(mount.readonly == false);
  CHECK(parse_mount("type=bind,destination=/a,source=b").readonly == std::nullopt);
  CHECK(parse_mount("ro,target=/a").readonly == true);
  CHECK(parse_mount("readwrite=false,target=/a").readonly == true);
  CHECK(parse_mount("readonly=0,target=/a").readonly == false);
  CHECK(parse_mount("type=CACHE,target=/a").type == MountType::cache);
}

TEST_CASE("R13 of an option that is given twice the last one counts") {
  CHECK(parse_mount("target=/a,dst=/b").target == "/b");
  CHECK(parse_mount("target=/a,ro,rw").readonly == false);
}

TEST_CASE("R9 cache") {
  const Mount mount = parse_mount(
      "type=cache,id=$x,target=/c,sharing=locked,mode=0700,uid=$u,gid=3,source=s,from=i");
  CHECK(mount.sharing == CacheSharing::locked);
  CHECK(mount.id == "$x");
  CHECK(mount.mode == "0700");
  CHECK(mount.uid == "$u");
  CHECK(mount.gid == "3");
  CHECK(parse_mount("type=cache,target=/c,sharing=$s").sharing_word == "$s");
}

TEST_CASE("R10 R11 R12 tmpfs, secret, ssh") {
  CHECK(parse_mount("type=tmpfs,target=/t,size=64m").size == "64m");
  const Mount secret = parse_mount("type=secret,id=a,env=TOKEN,required,mode=0400");
  CHECK(secret.type == MountType::secret);
  CHECK(secret.env == "TOKEN");
  CHECK(secret.required);
  CHECK_FALSE(parse_mount("type=secret,target=/run/x,required=false").required);
  CHECK(parse_mount("required=true,type=ssh").required);
}

struct ErrorCase {
  const char* text;
  const char* cause;
};

const ErrorCase kErrors[] = {
    {"type=chache,target=/x", "unknown mount type 'chache'"},
    {"target=/a,", "unknown mount option '' in ''"},
    {"target", "mount option 'target' needs a value"},
    {"target=/a,ro=maybe", "option 'ro' takes true or false, not 'maybe'"},
    {"target=/a,mode=0755", "mount option 'mode' does not belong to type bind"},
    {"type=tmpfs,target=/a,uid=1", "mount option 'uid' does not belong to type tmpfs"},
    {"type=cache,target=/a,size=1", "mount option 'size' does not belong to type cache"},
    {"type=cache,target=/a,required", "mount option 'required' does not belong to type cache"},
    {"target=/a,sharing=shared", "mount option 'sharing' does not belong to type bind"},
    {"type=cache,target=/a,sharing=sahred", "unknown sharing 'sahred'"},
    {"type=cache,target=/a,mode=0o755", "option 'mode' takes an octal number, not '0o755'"},
    {"type=cache,target=/a,mode=8", "option 'mode' takes an octal number, not '8'"},
    {"type=cache,target=/a,uid=www", "option 'uid' takes a number, not 'www'"},
    {"type=cache,target=/a,uid=99999999999999999999999",
     "option 'uid' takes a number, not '99999999999999999999999'"},
    {"type=tmpfs,target=/a,size=big",
     "option 'size' takes bytes with an optional unit (64m), not 'big'"},
    {"type=secret", "a secret mount needs an id or a target"},
    {"type=secret,id=a,source=b", "a secret mount takes id or source, not both"},
    {"type=secret,id=a,from=b", "mount option 'from' does not belong to type secret"},
    {"from=$x,target=/a", "option 'from' does not expand variables"},
    {"target=\"/a", "a quote is misplaced in 'target=\"/a'"},
};

// security.D4
TEST_CASE("R13 mount options are checked") {
  for (const ErrorCase& item : kErrors) {
    CAPTURE(item.text);
    CHECK(cause_of_mount(item.text) == item.cause);
  }
  CHECK(cause_of_mount("target=/a,from=a$") == "no error");
  CHECK(parse_mount("\"target=/a,b\",ro").target == "/a,b");
}

TEST_CASE("V5 values are expanded, from is not") {
  const ValueExpander expand = [](std::string_view value) {
    return value == "$t"   ? "cache"
           : value == "$s" ? "private"
           : value == "$r" ? "true"
                           : std::string(value) + "!";
  };
  const Mount mount = parse_mount("type=$t,target=/a,sharing=$s,ro=$r,from=img");
  const Mount resolved = resolve_mount(mount, expand);
  CHECK(resolved.type == MountType::cache);
  CHECK(resolved.sharing == CacheSharing::private_);
  CHECK(resolved.readonly == true);
  CHECK(resolved.target == "/a!");
  CHECK(resolved.from == "img");
  CHECK_THROWS_AS(static_cast<void>(resolve_mount(parse_mount("target=/a,mode=$m"), expand)),
                  base::Error);
}

TEST_CASE("R10 sizes") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("4096") == 4096);
  CHECK(parse_size("64m") == 64U << 20);
  CHECK(parse_size("1.5GiB") == 1'610'612'736U);
  CHECK(parse_size("2 kb") == 2048);
  CHECK(parse_size("10B") == 10);
  for (const char* text :
       {"", "m", "1x", "1mm", "-1", "1.", "99999999999p", "9223372036854775808", "1 m b"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(parse_size(text)), base::Error);
  }
}

}  // namespace
}  // namespace cooper::dockerfile
