#include "builder/share/cache_location.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::share {
namespace {

using Kind = CacheLocation::Kind;

std::string refusal_of(CacheLocation (*parse)(const std::string&), const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const base::Error& error) {
    return error.what();
  }
  return "accepted";
}

void refuses_from(const std::string& text, const std::string& why) {
  CHECK(refusal_of(parse_cache_from, text).find(why) != std::string::npos);
}

void refuses_to(const std::string& text, const std::string& why) {
  CHECK(refusal_of(parse_cache_to, text).find(why) != std::string::npos);
}

TEST_CASE("places are written as in buildx") {
  const CacheLocation registry = parse_cache_to("type=registry,ref=reg.example/a:cache,mode=max");
  CHECK(registry.kind == Kind::registry);
  CHECK(registry.all_steps);
  CHECK(registry.ignore_error);
  CHECK_FALSE(registry.mounts);
  CHECK(registry.name == "reg.example/a:cache");
  CHECK(parse_cache_from("reg.example/a:cache").attribute("ref") == "reg.example/a:cache");
  CHECK(parse_cache_from("reg.example/a:cache").mounts);
  CHECK(parse_cache_from("type=local,src=/c").name == "/c");
  CHECK_FALSE(parse_cache_to("type=local,dest=/c,ignore-error=false").ignore_error);
  CHECK(parse_cache_to("type=inline").kind == Kind::embedded);
  const CacheLocation mounts =
      parse_cache_to("type=local,dest=/c,mounts=true,mount-size=2MB,keep=7d");
  CHECK(mounts.mounts);
  CHECK(mounts.mount_limit == 2'000'000);
  CHECK(mounts.keep_seconds == 7 * 86'400);
  const CacheLocation bucket =
      parse_cache_to("type=s3,bucket=b,region=r,prefix=ci/,name=main,secret_access_key=hidden");
  CHECK(bucket.kind == Kind::s3);
  CHECK(bucket.name == "s3://b/ci/main");
}

TEST_CASE("what is wrong or not to be had is named") {
  refuses_from("", "it is empty");
  refuses_from("ref=x", "there is no type");
  refuses_from("type=registry", "there is no ref");
  refuses_from("type=local,dest=/c", "'dest' is not supported");
  refuses_from("type=inline", "name the image");
  refuses_from("type=what", "is not known");
  refuses_to("type=gha", "'gha' is not supported");
  refuses_to("type=local", "there is no dest");
  refuses_to("type=inline,mode=max", "only its own layers");
  refuses_to("type=registry,ref=a,mode=mid", "min or max");
  refuses_to("type=registry,ref=a,image-manifest=false", "OCI image manifests only");
  refuses_to("type=s3", "there is no bucket");
  refuses_to("type=local,dest=/c,x=y", "'x' is not supported");
  const std::string secret = "type=s3,bucket=b,secret_access_key=hidden,x=y";
  CHECK(refusal_of(parse_cache_to, secret).find("hidden") == std::string::npos);
  const std::string digest = "reg.example/a@sha256:" + std::string(64, '0');
  refuses_to("type=registry,ref=" + digest, "digest");
  CHECK(refusal_of(parse_cache_from, digest) == "accepted");
}

}  // namespace
}  // namespace cooper::share
