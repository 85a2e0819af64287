// A release that is broken off at each of its requests, in each of several ways: the tags are all
// new, or all old, or the message names each that is neither; and the next run ends as if nothing
// had happened.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "tests/unit/release/release_fixture.h"

namespace cooper::release {
namespace {

using test::ReleaseFixture;
using Tags = ReleaseFixture::Tags;

enum class Break {
  refused,     // one request is refused, for good; the next ones work
  lost,        // one request is done, its answer is lost again and again
  down,        // from this request on the registry answers 503
  down_after,  // the same, but this request is still done
  cancelled,   // somebody presses Ctrl-C
};

struct Interrupted : ReleaseFixture {
  bool tag_was_written = false;  // a tag's manifest was sent before the break
  std::stop_source stop;
  Tags before;

  explicit Interrupted(bool gitea) {
    fake->gitea = gitea;
    static_cast<void>(release("v1.0.0", "one"));
    before = tags();
    fake->log.clear();
  }

  static bool writes_tag(const http::Request& request) {
    return request.method == "PUT" && request.url.path.find("/manifests/") != std::string::npos;
  }

  void break_at(int number, Break how) {
    const auto count = std::make_shared<int>(0);
    fake->fault = [this, number, how, count](const http::Request& request,
                                             int) -> std::optional<http::Response> {
      ++*count;
      if (*count <= number && how != Break::lost && writes_tag(request) &&
          (*count < number || how == Break::down_after || how == Break::cancelled)) {
        tag_was_written = true;
      }
      if (*count == number && how == Break::refused) return http::Response{403};
      if (*count >= number + (how == Break::down_after ? 1 : 0) &&
          (how == Break::down || how == Break::down_after)) {
        return http::Response{503};
      }
      if (*count == number && how == Break::cancelled) stop.request_stop();
      return std::nullopt;
    };
    if (how != Break::lost) return;
    const auto lost = std::make_shared<std::string>();
    fake->tamper = [this, number, count, lost](const http::Request& request, http::Response&) {
      const std::string name = request.method + " " + request.url.path;
      if (*count < number && writes_tag(request)) tag_was_written = true;
      if (*count == number) *lost = name;
      if (*lost != name || *count > number + 30) return;
      if (writes_tag(request)) tag_was_written = true;
      throw http::TransportError(http::Failure::broken, request, "the answer is lost");
    };
  }

  void mend() {
    fake->fault = nullptr;
    fake->tamper = nullptr;
  }
};

// The tags that are not what they were, as "TAG".
std::set<std::string> changed(const Tags& before, const Tags& after) {
  std::set<std::string> out;
  for (const auto& [tag, digest] : before) {
    if (after.count(tag) == 0 || after.at(tag) != digest) out.insert(tag);
  }
  for (const auto& [tag, digest] : after) {
    if (before.count(tag) == 0) out.insert(tag);
  }
  return out;
}

bool names(const std::vector<std::string>& lines, const std::string& tag) {
  return std::ranges::any_of(lines, [&](const std::string& line) {
    return line.starts_with("fake.example/team/site:" + tag + " ");
  });
}

// What the interrupted run left; "" if that is allowed.
std::string judge(Interrupted& f, const Tags& wanted) {
  try {
    static_cast<void>(
        release_images(f.images("v1.1.0", "two"), f.options("v1.1.0"), f.stop.get_token()));
    return f.tags() == wanted ? "" : "it reported success without it";
  } catch (const PartialRelease& error) {
    // Whether the write was done cannot be known when the registry is gone just before it.
    const bool only_unknown = std::ranges::all_of(error.state(), [](const std::string& line) {
      return line.find(" may hold ") != std::string::npos;
    });
    if (!f.tag_was_written && !only_unknown) return "partial, but no tag was written";
    for (const std::string& tag : changed(f.before, f.tags())) {
      if (!names(error.state(), tag)) return tag + " changed and is not named";
    }
    return "";
  } catch (const base::Error& error) {
    const auto left = changed(f.before, f.tags());
    return left.empty() ? "" : *left.begin() + " changed without a word: " + error.what();
  }
}

void check_every_request(bool gitea, Break how) {
  Interrupted clean(gitea);
  static_cast<void>(clean.release("v1.1.0", "two"));
  const Tags wanted = clean.tags();
  const int requests = static_cast<int>(clean.fake->log.size());
  REQUIRE(requests > 20);
  int partial_or_back = 0;
  for (int number = 1; number <= requests; ++number) {
    CAPTURE(number);
    Interrupted f(gitea);
    f.break_at(number, how);
    CHECK(judge(f, wanted) == "");
    if (!f.tag_was_written && f.tags() != wanted) CHECK(f.tags() == f.before);
    if (f.tags() != wanted) ++partial_or_back;
    f.mend();
    static_cast<void>(f.release("v1.1.0", "two"));
    CHECK(f.tags() == wanted);
  }
  CHECK(partial_or_back > 5);
}

// security.R1
TEST_CASE("refused at each request") {
  check_every_request(true, Break::refused);
  check_every_request(false, Break::refused);
}
TEST_CASE("the answer of each request lost") { check_every_request(true, Break::lost); }
TEST_CASE("the registry goes down before each request") {
  check_every_request(true, Break::down);
  check_every_request(false, Break::down);
}
TEST_CASE("the registry goes down after each request") {
  check_every_request(true, Break::down_after);
}
TEST_CASE("cancelled at each request") {
  check_every_request(true, Break::cancelled);
  check_every_request(false, Break::cancelled);
}

// security.R1
TEST_CASE("a rollback leaves what was there: the old manifest, or no tag") {
  Interrupted f(true);
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    const bool last =
        request.method == "PUT" && request.url.path.ends_with("/manifests/web-latest");
    return last ? std::optional(http::Response{403}) : std::nullopt;
  };
  try {
    static_cast<void>(f.release("v1.1.0", "two"));
    FAIL("it went well");
  } catch (const base::Error& error) {
    CHECK(error.hint().find("every tag is what it was before") != std::string::npos);
  }
  CHECK(f.tags() == f.before);
}

TEST_CASE("where a new tag cannot be deleted, the state is told") {
  Interrupted f(false);
  f.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    const bool last =
        request.method == "PUT" && request.url.path.ends_with("/manifests/web-v1.1.0");
    return last ? std::optional(http::Response{403}) : std::nullopt;
  };
  try {
    static_cast<void>(f.release("v1.1.0", "two"));
    FAIL("it went well");
  } catch (const PartialRelease& error) {
    REQUIRE(error.state().size() == 1);
    CHECK(error.state()[0] == "fake.example/team/site:app-v1.1.0 holds " +
                                  f.tags().at("app-v1.1.0") +
                                  ", before the release nothing; this registry deletes no tag");
  }
}

}  // namespace
}  // namespace cooper::release
