// Gitea's old bugs, by version, as the fake plays them: a push completes, or says what is wrong.
#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/registry/push_images.h"

namespace cooper::registry {
namespace {

struct OldGitea : test::Images {
  explicit OldGitea(int version) {
    fake->auth = test::FakeRegistry::Auth::token;
    fake->gitea = true;
    fake->gitea_version = version;
  }
  void push(const std::vector<PushImage>& images) {
    PushSession session(repository(), {});
    static_cast<void>(session.push(images));
  }
};

TEST_CASE("Gitea is known from its first refusal on") {
  OldGitea f(12703);
  CHECK_FALSE(f.client.host("fake.example")->is_gitea());
  f.client.ping("fake.example");
  CHECK(f.client.host("fake.example")->is_gitea());
  test::RegistryFixture other;
  other.fake->auth = test::FakeRegistry::Auth::token;
  other.client.ping("fake.example");
  CHECK_FALSE(other.client.host("fake.example")->is_gitea());
}

TEST_CASE("the first push of a repository is not made by two at once") {
  for (const int version : {12400, 12500, 12703}) {
    OldGitea f(version);
    f.push({f.image({f.shared, f.own}, {"a"})});
    CHECK(f.stored().tags.count("a") == 1);
  }
}

TEST_CASE("a range that 1.24 gets wrong is not believed") {
  OldGitea f(12400);
  PushOptions options;
  options.upload.one_piece = 1000;
  options.upload.first_chunk = options.upload.smallest_chunk = 20'000;
  int patches = 0;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PATCH" && ++patches == 1) f.fake->break_body_after = 100;
    return std::nullopt;
  };
  PushSession session(f.repository(), options);
  static_cast<void>(session.push({f.image({f.shared}, {"a"})}));
  CHECK(f.stored().blobs[f.shared.descriptor.digest.to_string()] == f.shared.bytes);
}

TEST_CASE("a manifest that is refused or swallowed for a moment is put again") {
  for (const int version : {12400, 12500, 12502, 12703}) {
    CAPTURE(version);
    OldGitea f(version);
    f.fake->lost_manifests = 2;
    f.push({f.image({f.shared}, {"a"})});
    CHECK(f.stored().tags.count("a") == 1);
    CHECK(f.fake->count("PUT /v2/team/site/manifests/") == 3);
  }
}

TEST_CASE("a manifest that is swallowed for ever is an error that names the version") {
  OldGitea f(12502);
  f.fake->lost_manifests = 1000;
  try {
    f.push({f.image({f.shared}, {"a"})});
    FAIL("it was not stored");
  } catch (const base::Error& error) {
    CHECK(std::string(error.what()).find("does not show it") != std::string::npos);
    CHECK(error.hint().find("1.25.3") != std::string::npos);
  }
  CHECK(f.stored().tags.empty());
}

TEST_CASE("a tag that 1.25.0 does not overwrite is an error, and the tag is what it was") {
  OldGitea f(12501);
  f.push({f.image({f.shared}, {"a"})});
  const std::string old = f.stored().tags["a"];
  CHECK_THROWS_WITH_AS(f.push({f.image({f.shared, f.own}, {"a"})}),
                       doctest::Contains("does not show it"), base::Error);
  CHECK(f.stored().tags["a"] == old);
}

TEST_CASE("tags are in lower case there; what was pushed in upper case is found") {
  OldGitea f(12703);
  f.push({f.image({f.shared}, {"v1-RC1"})});
  CHECK(f.stored().tags.count("v1-rc1") == 1);
  f.fake->log.clear();
  f.push({f.image({f.shared}, {"v1-RC1"})});
  CHECK(f.fake->count("PUT") == 0);
}

}  // namespace
}  // namespace cooper::registry
