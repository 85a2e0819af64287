#include "release/release.h"

#include <doctest/doctest.h>

#include "release/push_permission.h"
#include "tests/unit/release/release_fixture.h"

namespace cooper::release {
namespace {

using test::ReleaseFixture;

std::string text_of(const std::vector<ReleasedImage>& images) {
  std::string out;
  for (const ReleasedImage& image : images) {
    for (const ReleasedTag& tag : image.tags)
      out += (out.empty() ? "" : ", ") + tag.tag + " " + to_string(tag.change);
  }
  return out;
}

TEST_CASE("a first release: blobs, then version tags, then moving tags") {
  ReleaseFixture f;
  const auto report = f.release("v1.0.0", "one");
  CHECK(text_of(report) ==
        "app-v1.0.0 create, app-latest create, web-v1.0.0 create, web-latest create");
  std::vector<std::string> puts;
  std::size_t last_blob = 0, first_tag = f.fake->log.size();
  for (std::size_t i = 0; i < f.fake->log.size(); ++i) {
    const std::string& line = f.fake->log[i];
    if (line.starts_with("PUT /v2/team/site/blobs")) last_blob = i;
    if (!line.starts_with("PUT /v2/team/site/manifests/")) continue;
    first_tag = std::min(first_tag, i);
    puts.push_back(line.substr(28));
  }
  CHECK(last_blob < first_tag);
  CHECK(puts == std::vector<std::string>{"app-v1.0.0", "web-v1.0.0", "app-latest", "web-latest"});
  for (const auto& tag : {"app-v1.0.0", "web-v1.0.0", "app-latest", "web-latest"})
    CHECK(f.fake->count(std::string("GET /v2/team/site/manifests/") + tag) >= 1);  // read back
  CHECK(f.tags().at("app-v1.0.0") == f.tags().at("app-latest"));
  CHECK(report[0].pushed_bytes > 2'000);
  CHECK(report[1].pushed_bytes == 7);
  CHECK(report[1].reused_bytes > 2'000);
  CHECK(report[0].size == report[0].pushed_bytes + report[0].manifest.size);
}

TEST_CASE("a release that changes nothing costs one request a tag") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.0.0", "one"));
  f.fake->log.clear();
  const auto report = f.release("v1.0.0", "one");
  CHECK(f.fake->log.size() == 4);
  CHECK(f.fake->count("HEAD /v2/team/site/manifests/") == 4);
  CHECK(text_of(report) ==
        "app-v1.0.0 unchanged, app-latest unchanged, web-v1.0.0 unchanged, web-latest unchanged");
  CHECK(report[0].pushed_bytes == 0);
  CHECK(report[0].reused_bytes > 2'000);
}

TEST_CASE("a version tag that was seen a moment ago is not looked at again") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.0.0", "one"));
  f.fake->log.clear();
  const auto images = f.images("v1.0.0", "one");
  release::ReleaseOptions options = f.options("v1.0.0");
  options.seen.emplace("fake.example/team/site:app-v1.0.0",
                       oci::Digest::of_bytes(images[0].image.manifest_bytes));
  CHECK(text_of(release::release_images(images, options, {})) ==
        "app-v1.0.0 unchanged, app-latest unchanged, web-v1.0.0 unchanged, web-latest unchanged");
  CHECK(f.fake->log.size() == 3);
  // What was seen is believed: it held another image then.
  options.seen.begin()->second = oci::Digest::of_bytes("another");
  CHECK_THROWS_WITH_AS(static_cast<void>(release::release_images(images, options, {})),
                       doctest::Contains("nothing was written"), base::Error);
}

TEST_CASE("moving tags go forward only") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.10.0", "ten"));
  CHECK(text_of(f.release("v1.9.1", "fix")) ==
        "app-v1.9.1 create, app-latest hold, web-v1.9.1 create, web-latest hold");
  CHECK(f.tags().at("app-latest") == f.tags().at("app-v1.10.0"));
  CHECK(text_of(f.release("v2.0.0-rc.1", "rc")) ==
        "app-v2.0.0-rc.1 create, app-latest hold, web-v2.0.0-rc.1 create, web-latest hold");
  CHECK(text_of(f.release("v1.10.1", "next")) ==
        "app-v1.10.1 create, app-latest move, web-v1.10.1 create, web-latest move");
  CHECK(f.tags().at("web-latest") == f.tags().at("web-v1.10.1"));
}

TEST_CASE("a moving tag whose version tag is gone is judged by the image's label") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.10.0", "ten"));
  f.stored().tags.erase("app-v1.10.0");
  const auto report = f.release("v1.9.1", "fix");
  CHECK(report[0].tags[1].change == TagChange::hold);
  CHECK(report[0].tags[1].reason == "it holds v1.10.0, which is newer");
}

TEST_CASE("a version that is out is not replaced, unless that is forced") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.0.0", "one"));
  const auto before = f.tags();
  f.fake->log.clear();
  CHECK_THROWS_WITH_AS(static_cast<void>(f.release("v1.0.0", "other")),
                       doctest::Contains(before.at("web-v1.0.0").c_str()), base::Error);
  CHECK(f.tags() == before);
  CHECK(f.fake->count("POST") == 0);
  const auto report = f.release("v1.0.0", "other", true);
  CHECK(text_of(report) ==
        "app-v1.0.0 replace, app-latest move, web-v1.0.0 replace, web-latest move");
  CHECK(report[0].tags[0].reason == "it holds " + before.at("app-v1.0.0"));
  CHECK(f.tags().at("app-v1.0.0") != before.at("app-v1.0.0"));
}

TEST_CASE("a dry run writes nothing and shows refusals too") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.0.0", "one"));
  const auto before = f.tags();
  ReleaseOptions options = f.options("v1.0.0");
  options.dry_run = true;
  const auto plan = release_images(f.images("v1.0.0", "other"), options, {});
  CHECK(text_of(plan) == "app-v1.0.0 refuse, app-latest move, web-v1.0.0 refuse, web-latest move");
  CHECK(f.tags() == before);
}

TEST_CASE("several repositories: no tag of any before the blobs of all") {
  ReleaseFixture f;
  std::vector<ReleaseImage> images = {f.image("app", "v1.0.0", "one", "team/app"),
                                      f.image("web", "v1.0.0", "one", "team/web")};
  static_cast<void>(release_images(images, f.options("v1.0.0"), {}));
  CHECK(f.tags("team/app").size() == 2);
  CHECK(f.tags("team/web").size() == 2);
  ReleaseFixture g;
  g.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
    const bool second = request.url.path.starts_with("/v2/team/web/blobs/uploads");
    return second ? std::optional(http::Response{403}) : std::nullopt;
  };
  images = {g.image("app", "v1.0.0", "one", "team/app"),
            g.image("web", "v1.0.0", "one", "team/web")};
  CHECK_THROWS_AS(static_cast<void>(release_images(images, g.options("v1.0.0"), {})), base::Error);
  CHECK(g.tags("team/app").empty());
}

TEST_CASE("a newer release that passes by between our read and our write keeps the moving tags") {
  ReleaseFixture f;
  static_cast<void>(f.release("v1.0.0", "one"));
  bool passed = false;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PUT" && request.url.path.ends_with("/manifests/app-v1.1.0") && !passed) {
      passed = true;
      f.fake->fault = nullptr;
      ReleaseFixture& same = f;
      const auto newer = same.images("v1.2.0", "two");
      for (const ReleaseImage& image : newer) {
        for (const registry::PushBlob& blob : image.image.blobs) {
          f.stored().blobs[blob.descriptor.digest.to_string()] =
              f.blobs.at(blob.descriptor.digest.hex()).bytes;
        }
        f.stored().manifests[f.digest(image)] = {image.image.media_type,
                                                 image.image.manifest_bytes};
        f.stored().tags[image.version_tag] = f.digest(image);
        f.stored().tags[image.latest_tags[0]] = f.digest(image);
      }
    }
    return std::nullopt;
  };
  const auto report = f.release("v1.1.0", "one and a half");
  CHECK(passed);
  CHECK(text_of(report) ==
        "app-v1.1.0 create, app-latest hold, web-v1.1.0 create, web-latest hold");
  CHECK(f.tags().at("app-latest") == f.tags().at("app-v1.2.0"));
}

// security.R4
TEST_CASE("a tag that somebody else writes after us is noticed; the other tags are put back") {
  ReleaseFixture f;
  f.fake->gitea = true;
  static_cast<void>(f.release("v1.0.0", "one"));
  const auto before = f.tags();
  f.fake->tamper = [&](const http::Request& request, http::Response&) {
    // Right after the last read-back.
    if (request.method == "GET" && request.url.path.ends_with("/manifests/web-latest") &&
        f.tags().at("web-latest") != before.at("web-latest")) {
      f.stored().tags["web-latest"] = before.at("app-v1.0.0");
    }
  };
  try {
    static_cast<void>(f.release("v1.1.0", "two"));
    FAIL("it was not noticed");
  } catch (const PartialRelease& error) {
    CHECK(std::string(error.what()).find("somebody else") != std::string::npos);
    REQUIRE(error.state().size() == 1);
    CHECK(error.state()[0].find("team/site:web-latest holds " + before.at("app-v1.0.0")) !=
          std::string::npos);
  }
  CHECK(f.tags().at("app-latest") == before.at("app-latest"));
  CHECK(f.tags().count("app-v1.1.0") == 0);
}

TEST_CASE("the permission to push is found out by an upload that is given up") {
  ReleaseFixture f;
  require_push_permission(f.repository(), {});
  CHECK(f.fake->log.size() == 2);
  CHECK(f.fake->uploads.empty());
  f.fake->auth = test::FakeRegistry::Auth::token;
  f.fake->write_allowed = false;
  try {
    require_push_permission(f.repository(), {});
    FAIL("it was allowed");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::denied);
  }
}

}  // namespace
}  // namespace cooper::release
