#include "builder/cache/step_key.h"

#include <doctest/doctest.h>

#include <functional>
#include <set>

#include "base/error.h"
#include "builder/cache/key_difference.h"

using namespace cooper::cache;  // NOLINT(google-build-using-namespace)
namespace plan = cooper::plan;
namespace oci = cooper::oci;
using cooper::dockerfile::CacheSharing;
using cooper::dockerfile::MountType;

namespace {

const KeyScope kScope{oci::ChainId::of_bytes("parent"), {"linux", "amd64"}, std::nullopt};

plan::RunOp sample_run() {
  plan::RunOp op;
  op.argv = {"/bin/sh", "-c", "make"};
  op.env = {"PATH=/bin", "A=1"};
  op.user = "app";
  op.cwd = "/src";
  plan::MountOp bind;
  bind.target = "/in";
  bind.input = plan::ContextInput{0};
  bind.readonly = true;
  plan::MountOp cache;
  cache.type = MountType::cache;
  cache.target = "/cache";
  cache.id = "npm";
  plan::MountOp secret;
  secret.type = MountType::secret;
  secret.id = "token";
  secret.target = "/run/secrets/token";
  op.mounts = {bind, cache, secret};
  return op;
}

plan::CopyOp sample_copy() {
  plan::CopyOp op;
  op.from = plan::ContextInput{0};
  op.sources = {{plan::CopySource::Kind::path, "src", ""},
                {plan::CopySource::Kind::inline_file, "EOF", "text"}};
  op.destination = "/app/";
  op.chown = "www-data";
  op.chmod = "0644";
  return op;
}

const std::vector<std::string> kInputs = {"digest of the mount"};
const std::vector<CopiedItem> kItems = {{"a", "facts of a"}, {"b", "facts of b"}};

// Every change must give a key of its own.
template <class Op>
void check_all_differ(const Op& sample,
                      const std::vector<std::function<void(Op&, KeyScope&)>>& changes,
                      const std::function<StepKey(const Op&, const KeyScope&)>& key_of) {
  std::set<StepKey> keys = {key_of(sample, kScope)};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    Op op = sample;
    KeyScope scope = kScope;
    changes[i](op, scope);
    CHECK(keys.insert(key_of(op, scope)).second);
  }
}

StepKey run_key_of(const plan::RunOp& op, const KeyScope& scope) {
  return run_key(op, scope, kInputs).key();
}
StepKey copy_key_of(const plan::CopyOp& op, const KeyScope& scope) {
  return copy_key(op, scope, kItems).key();
}

}  // namespace

TEST_CASE("a scope of its own makes keys of its own, none is as it was") {
  plan::WorkdirOp op{"/w", "root"};
  const KeyScope none{std::nullopt, {"linux", "amd64"}, std::nullopt};
  KeyScope pull_request = none;
  pull_request.space = "pr";
  CHECK(workdir_key(op, pull_request).key() != workdir_key(op, none).key());
  const KeyParts parts = workdir_key(op, none);
  for (const KeyPart& part : parts.parts()) CHECK(part.name != "cache scope");
}

// security.C8
TEST_CASE("a key is a digest of all parts, framed") {
  KeyParts a;
  a.add("x", "yz");
  KeyParts b;
  b.add("xy", "z");
  KeyParts c;
  c.add("x", "y");
  c.add("z", "");
  CHECK(a.key().hex.size() == 64);
  CHECK(a.key() == KeyParts(a).key());
  CHECK(std::set<StepKey>{a.key(), b.key(), c.key(), KeyParts().key()}.size() == 4);
}

// security.C1
TEST_CASE("whatever can change a RUN's result changes its key") {
  using Op = plan::RunOp;
  check_all_differ<Op>(
      sample_run(),
      {[](Op&, KeyScope& s) { s.parent = oci::ChainId::of_bytes("other"); },
       [](Op&, KeyScope& s) { s.parent.reset(); },
       [](Op&, KeyScope& s) { s.platform.architecture = "arm64"; },
       [](Op&, KeyScope& s) { s.platform.os_version = "10"; },
       [](Op&, KeyScope& s) { s.epoch = 0; },
       [](Op&, KeyScope& s) { s.epoch = 1; },
       [](Op& o, KeyScope&) { o.argv[2] = "make all"; },
       [](Op& o, KeyScope&) {
         o.argv = {"/bin/sh", "-c make"};
       },
       [](Op& o, KeyScope&) {
         o.script = {"EOF", "#!/bin/sh", true, false};
       },
       [](Op& o, KeyScope&) {
         o.script = {"EOF", "#!/bin/sh\n", true, false};
       },
       [](Op& o, KeyScope&) { o.env[1] = "A=2"; },
       [](Op& o, KeyScope&) { o.env[1] = "A="; },
       [](Op& o, KeyScope&) { o.env[1] = "A"; },
       [](Op& o, KeyScope&) { o.env.pop_back(); },
       [](Op& o, KeyScope&) { o.user = ""; },
       [](Op& o, KeyScope&) { o.cwd = "/"; },
       [](Op& o, KeyScope&) { o.network = cooper::dockerfile::Network::none; },
       [](Op& o, KeyScope&) { o.security = cooper::dockerfile::Security::insecure; },
       [](Op& o, KeyScope&) { o.hostname = "h"; },
       [](Op& o, KeyScope&) { o.mounts[0].target = "/other"; },
       [](Op& o, KeyScope&) { o.mounts[0].source = "sub"; },
       [](Op& o, KeyScope&) { o.mounts[0].readonly = false; },
       [](Op& o, KeyScope&) { o.mounts[1].mode = 0700; },
       [](Op& o, KeyScope&) { o.mounts[1].uid = 1; },
       [](Op& o, KeyScope&) { o.mounts[2].id = "other"; },
       [](Op& o, KeyScope&) { o.mounts[2].env = "TOKEN"; },
       [](Op& o, KeyScope&) { o.mounts[2].required = true; },
       [](Op& o, KeyScope&) { o.mounts.pop_back(); }},
      run_key_of);
  CHECK(run_key(sample_run(), kScope, {"other digest"}).key() != run_key_of(sample_run(), kScope));
}

// security.C10
TEST_CASE("what cannot change a RUN's result does not change its key") {
  const StepKey key = run_key_of(sample_run(), kScope);
  plan::RunOp op = sample_run();
  op.proxy_env = {"http_proxy=http://proxy.example:3128"};  // row A6
  op.mounts[1].id = "other";                                // row R9
  op.mounts[1].sharing = CacheSharing::locked;
  CHECK(run_key_of(op, kScope) == key);
  KeyScope scope = kScope;
  scope.platform = {"linux", "x86_64", "v1"};
  CHECK(run_key_of(sample_run(), scope) == key);
}

TEST_CASE("the inputs of mounts are counted") {
  CHECK_THROWS_AS(static_cast<void>(run_key(sample_run(), kScope, {})), cooper::base::Error);
  CHECK_THROWS_AS(static_cast<void>(run_key(sample_run(), kScope, {"a", "b"})),
                  cooper::base::Error);
}

// security.C1
TEST_CASE("whatever can change a COPY's result changes its key") {
  using Op = plan::CopyOp;
  check_all_differ<Op>(
      sample_copy(),
      {[](Op&, KeyScope& s) { s.parent = oci::ChainId::of_bytes("other"); },
       [](Op&, KeyScope& s) { s.platform.architecture = "arm64"; },
       [](Op&, KeyScope& s) { s.epoch = 5; }, [](Op& o, KeyScope&) { o.destination = "/app"; },
       [](Op& o, KeyScope&) { o.chown = "1:2"; }, [](Op& o, KeyScope&) { o.chmod = ""; },
       [](Op& o, KeyScope&) { o.excludes = {"*.md"}; }, [](Op& o, KeyScope&) { o.link = true; },
       [](Op& o, KeyScope&) { o.parents = true; }, [](Op& o, KeyScope&) { o.add = true; },
       [](Op& o, KeyScope&) { o.unpack = true; }, [](Op& o, KeyScope&) { o.unpack = false; },
       [](Op& o, KeyScope&) { o.sources[0].path = "src*"; },
       [](Op& o, KeyScope&) { o.sources[1].content = "other text"; },
       [](Op& o, KeyScope&) { o.sources.pop_back(); }},
      copy_key_of);
  const StepKey key = copy_key_of(sample_copy(), kScope);
  CHECK(copy_key(sample_copy(), kScope, {{"a", "facts of a"}}).key() != key);
  CHECK(copy_key(sample_copy(), kScope, {{"a", "other"}, {"b", "facts of b"}}).key() != key);
  CHECK(copy_key(sample_copy(), kScope, {{"a", "facts of b"}, {"b", "facts of a"}}).key() != key);
}

TEST_CASE("a linked copy stands alone unless it looks up names") {
  KeyScope other = kScope;
  other.parent = oci::ChainId::of_bytes("other");
  plan::CopyOp op = sample_copy();
  op.link = true;
  op.chown = "10:20";
  CHECK(copy_key_of(op, kScope) == copy_key_of(op, other));
  op.chown = "";
  CHECK(copy_key_of(op, kScope) == copy_key_of(op, other));
  op.chown = "www-data";
  CHECK(copy_key_of(op, kScope) != copy_key_of(op, other));
}

TEST_CASE("a URL's text is no part of a key") {
  plan::CopyOp op = sample_copy();
  op.sources = {{plan::CopySource::Kind::http, "https://user:secret@example.com/x", ""}};
  const KeyParts key = copy_key(op, kScope, kItems);
  for (const KeyPart& part : key.parts()) {
    CHECK(part.value.find("secret") == std::string::npos);
  }
}

TEST_CASE("WORKDIR") {
  const plan::WorkdirOp op{"/app", "app"};
  std::set<StepKey> keys = {
      workdir_key(op, kScope).key(), workdir_key({"/app", ""}, kScope).key(),
      workdir_key({"/a", "app"}, kScope).key(),
      workdir_key(op, {std::nullopt, {"linux", "amd64"}, std::nullopt}).key()};
  CHECK(keys.size() == 4);
}

TEST_CASE("differences name the parts") {
  const std::vector<KeyPart> before = {
      {"a", "1"}, {"b", "2"}, {"x", "1"}, {"x", "2"}, {"gone", ""}};
  const std::vector<KeyPart> after = {{"new", "n"}, {"a", "1"}, {"b", "3"}, {"x", "1"}, {"x", "3"}};
  CHECK(differences(before, after) == std::vector<KeyDifference>{{"new", std::nullopt, "n"},
                                                                 {"b", "2", "3"},
                                                                 {"x", "2", "3"},
                                                                 {"gone", "", std::nullopt}});
  CHECK(differences(before, before).empty());
  CHECK(differences({{"x", "1"}, {"x", "2"}}, {{"x", "1"}}) ==
        std::vector<KeyDifference>{{"x", "2", std::nullopt}});
}
