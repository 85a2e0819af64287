#include "registry/push_session.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/registry/push_images.h"

namespace cooper::registry {
namespace {

using test::Images;

TEST_CASE("an unchanged release costs one request a tag") {
  Images f;
  const std::vector<PushImage> images = {f.image({f.shared}, {"app-1", "app-latest"}),
                                         f.image({f.shared, f.own}, {"horizon-1"})};
  PushSession first(f.repository(), {});
  static_cast<void>(first.push(images));
  f.fake->log.clear();
  PushSession second(f.repository(), {});
  const auto reports = second.push(images);
  CHECK(f.fake->log.size() == 3);
  CHECK(f.fake->count("HEAD") == 3);
  CHECK(reports[0].unchanged_tags == std::vector<std::string>{"app-1", "app-latest"});
  CHECK(reports[0].reused_bytes == f.shared.bytes.size() + 2);
}

TEST_CASE("a blob of several images is looked up and sent once") {
  Images f;
  PushSession session(f.repository(), {});
  const auto reports =
      session.push({f.image({f.shared}, {"a"}), f.image({f.shared, f.own}, {"b"})});
  CHECK(f.fake->count("HEAD /v2/team/site/blobs/" + f.shared.descriptor.digest.to_string()) ==
        2);  // before and after
  CHECK(f.fake->count("POST") == 3);
  CHECK(reports[0].pushed_bytes == f.shared.bytes.size() + 2);
  CHECK(reports[1].pushed_bytes == 3);
  CHECK(reports[1].reused_bytes == f.shared.bytes.size() + 2);
}

TEST_CASE("later tags of the session cost their manifests only") {
  Images f;
  PushOptions options;
  options.read_back = false;
  PushSession session(f.repository(), options);
  static_cast<void>(session.push({f.image({f.shared}, {"app-1"})}));
  f.fake->log.clear();
  const auto reports = session.push({f.image({f.shared}, {"app-latest"})});
  CHECK(f.fake->log == std::vector<std::string>{"HEAD /v2/team/site/manifests/app-latest",
                                                "PUT /v2/team/site/manifests/app-latest"});
  CHECK(reports[0].pushed_bytes == 0);
}

TEST_CASE("no tag moves when a blob cannot be placed") {
  Images f;
  PushSession session(f.repository(), {});
  static_cast<void>(session.push({f.image({f.shared}, {"a"})}));
  const std::string old = f.stored().tags["a"];
  f.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "POST") return http::Response{507, {}, ""};
    return std::nullopt;
  };
  PushSession next(f.repository(), {});
  CHECK_THROWS_AS(static_cast<void>(next.push({f.image({f.shared, f.own}, {"a"})})), base::Error);
  CHECK(f.stored().tags["a"] == old);
}

// security.R5
TEST_CASE("a blob that vanished before the manifest is sent again") {
  Images f;
  bool once = false;
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "PUT" && request.url.path.find("/manifests/") != std::string::npos &&
        !std::exchange(once, true)) {
      f.stored().blobs.erase(f.shared.descriptor.digest.to_string());
    }
    return std::nullopt;
  };
  PushSession session(f.repository(), {});
  static_cast<void>(session.push({f.image({f.shared}, {"a"})}));
  CHECK(f.stored().tags.count("a") == 1);
  CHECK(f.stored().blobs.count(f.shared.descriptor.digest.to_string()) == 1);
}

TEST_CASE("a lazy blob is fetched only when the registry lacks it") {
  Images f;
  const auto lazy = [&](const char* tag) {
    PushImage image = f.image({f.shared}, {tag});
    image.blobs[1].fetch = [&f](const std::stop_token&) { ++f.fetched; };
    return image;
  };
  PushSession first(f.repository(), {});
  static_cast<void>(first.push({lazy("a")}));
  CHECK(f.fetched == 1);
  PushSession second(f.repository(), {});
  static_cast<void>(second.push({lazy("b")}));
  CHECK(f.fetched == 1);
}

TEST_CASE("a tag that somebody else moved meanwhile is noticed") {
  Images f;
  f.fake->tamper = [&](const http::Request& request, http::Response&) {
    if (request.method == "PUT" && request.url.path.find("/manifests/") != std::string::npos) {
      f.stored().manifests["sha256:other"] = {"x", "{}"};
      f.stored().tags["a"] = "sha256:other";
    }
  };
  PushSession session(f.repository(), {});
  CHECK_THROWS_WITH_AS(static_cast<void>(session.push({f.image({f.shared}, {"a"})})),
                       doctest::Contains("at the same time"), base::Error);
}

TEST_CASE("progress is told, and a stop request ends the push") {
  Images f;
  std::stop_source stop;
  PushOptions options;
  std::uint64_t sent = 0;
  options.progress = [&](const PushProgress& event) {
    if (event.event == PushProgress::Event::sent) sent = std::max(sent, event.sent);
    if (event.event == PushProgress::Event::uploaded && event.blob.size > 1000) stop.request_stop();
  };
  PushSession session(f.repository(), options);
  try {
    static_cast<void>(session.push({f.image({f.shared, f.own}, {"a"})}, stop.get_token()));
    FAIL("it went on");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::cancelled);
  }
  CHECK(sent == f.shared.bytes.size());
  CHECK(f.stored().tags.empty());
}

}  // namespace
}  // namespace cooper::registry
