// Each kind of fault at each request of a push, once and for ever: the push completes, or the
// registry shows exactly the old tags, or the error says which tags were written.
#include <doctest/doctest.h>

#include "base/error.h"
#include "tests/unit/registry/push_images.h"

namespace cooper::registry {
namespace {

using Fault = std::function<http::Response(const http::Request&)>;

const std::vector<std::pair<const char*, Fault>>& faults() {
  static const std::vector<std::pair<const char*, Fault>> all = {
      {"429",
       [](const http::Request&) {
         return http::Response{429, {{"Retry-After", "2"}}, ""};
       }},
      {"500", [](const http::Request&) { return http::Response{500}; }},
      {"502",
       [](const http::Request&) {
         return http::Response{502, {}, "<html>bad</html>"};
       }},
      {"503",
       [](const http::Request&) {
         return http::Response{503, {}, "{\"x\":"};
       }},
      {"reset",
       [](const http::Request& request) -> http::Response {
         throw http::TransportError(http::Failure::broken, request, "reset");
       }},
      {"stalled",
       [](const http::Request& request) -> http::Response {
         throw http::TransportError(http::Failure::timed_out, request, "stalled");
       }},
  };
  return all;
}

struct Push : test::Images {
  std::string old_tag;

  Push() {
    fake->auth = test::FakeRegistry::Auth::token;
    go({image({shared}, {"a"})});
    old_tag = stored().tags["a"];
    fake->log.clear();
  }
  // Anew: nothing of the first push is remembered.
  void go(const std::vector<PushImage>& images) {
    Client fresh(fake, clock, credentials);
    PushOptions options;
    options.upload.one_piece = 1000;
    options.upload.first_chunk = options.upload.smallest_chunk = 20'000;
    PushSession session(fresh.repository({"fake.example", "team/site", "", {}}), options);
    static_cast<void>(session.push(images));
  }
  std::vector<PushImage> release() { return {image({shared, big, own}, {"a", "b"})}; }
  bool is_released() {
    const std::string digest = oci::Digest::of_bytes(release()[0].manifest_bytes).to_string();
    return stored().tags["a"] == digest && stored().tags["b"] == digest;
  }
  bool is_as_before() {
    return stored().tags == std::map<std::string, std::string>{{"a", old_tag}};
  }
};

int requests_of_a_release() {
  Push p;
  p.go(p.release());
  REQUIRE(p.is_released());
  return static_cast<int>(p.fake->log.size());
}

// Each fault, with each request of a release as the first that it may hit.
void for_each_fault(const std::function<void(const Fault& fault, int at)>& check) {
  const int count = requests_of_a_release();
  REQUIRE(count > 15);
  for (const auto& named : faults()) {
    const auto& name = named.first;
    for (int at = 1; at <= count; ++at) {
      CAPTURE(name);
      CAPTURE(at);
      check(named.second, at);
    }
  }
}

// security.N9
TEST_CASE("a fault that passes, at any request, does not matter") {
  for_each_fault([](const Fault& fault, int at) {
    Push p;
    bool once = false;
    p.fake->fault = [&](const http::Request& request, int number) -> std::optional<http::Response> {
      if (number < at || std::exchange(once, true)) return std::nullopt;
      return fault(request);
    };
    p.go(p.release());
    CHECK(p.is_released());
  });
}

TEST_CASE("an answer that gets lost after the registry did its work does not matter") {
  const int count = requests_of_a_release();
  for (int at = 1; at <= count; ++at) {
    CAPTURE(at);
    Push p;
    int number = 0;
    p.fake->tamper = [&](const http::Request& request, http::Response&) {
      if (++number == at)
        throw http::TransportError(http::Failure::broken, request, "the answer was lost");
    };
    p.go(p.release());
    CHECK(p.is_released());
  }
}

// security.R1
TEST_CASE("a fault that stays, from any request on, leaves the old tags or says what it wrote") {
  for_each_fault([](const Fault& fault, int at) {
    Push p;
    bool hit = false;
    p.fake->fault = [&](const http::Request& request, int number) -> std::optional<http::Response> {
      if (number < at) return std::nullopt;
      hit = true;
      return fault(request);
    };
    try {
      p.go(p.release());
      CHECK_FALSE(hit);  // side by side, it may have got by with a request less
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::network);
      const bool told = error.hint().find("tags written so far: a") != std::string::npos;
      CHECK((p.is_as_before() || told));
      CHECK(std::string(error.what()).find("fake.example") != std::string::npos);
    }
    p.fake->fault = nullptr;
    p.go(p.release());
    CHECK(p.is_released());
  });
}

TEST_CASE("a proxy that cuts every body after 60 s gets bodies that are short enough") {
  for (const bool pieces : {true, false}) {
    for (const bool answers : {true, false}) {
      Push p;
      p.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
        if (!request.body || request.body->size <= 2'500'000) return std::nullopt;
        p.clock->advance(std::chrono::seconds(60));
        if (answers) return http::Response{502, {}, "<html><title>Bad Gateway</title></html>"};
        throw http::TransportError(http::Failure::broken, request, "cut");
      };
      const test::SampleBlob large =
          test::sample_blob(test::sample_bytes(12'000'000, 9), "application/x");
      UploadOptions options;
      if (pieces) options.one_piece = 1000;
      const BlobContent content{large.descriptor, [&](std::uint64_t offset) {
                                  return std::make_unique<base::StringSource>(
                                      std::string_view(large.bytes).substr(offset));
                                }};
      CHECK(place_blob(p.repository(), content, {}, options, {}) == Placement::uploaded);
      CHECK(p.stored().blobs[large.descriptor.digest.to_string()].size() == large.bytes.size());
    }
  }
}

TEST_CASE("a full disk of the registry is named, and what to do") {
  Push p;
  const auto full = [&](http::Response answer) {
    p.fake->fault = [answer](const http::Request& request, int) -> std::optional<http::Response> {
      if (request.method == "PATCH") return answer;
      return std::nullopt;
    };
    try {
      p.go(p.release());
    } catch (const base::Error& error) {
      return std::string(error.what()) + "\n" + error.hint();
    }
    return std::string();
  };
  CHECK(full({507}).find("disk is full") != std::string::npos);
  const std::string said = full(
      {500,
       {},
       R"({"errors":[{"code":"UNKNOWN","message":"unknown error","detail":{"Err":28,"Op":"write"}}]})"});
  CHECK(said.find("UNKNOWN: unknown error") != std::string::npos);
  CHECK(said.find("disk is full") != std::string::npos);
  CHECK(p.is_as_before());
}

TEST_CASE("a token that expires at any request is renewed, and the push goes on") {
  const int count = requests_of_a_release();
  for (int at = 6; at <= count; ++at) {  // the first five are the log-in
    CAPTURE(at);
    Push p;
    p.fake->fault = [&](const http::Request&, int number) -> std::optional<http::Response> {
      if (number == at) p.fake->expire_tokens();
      return std::nullopt;
    };
    p.go(p.release());
    CHECK(p.is_released());
  }
}

// security.R4
TEST_CASE("a tag that moved since the push began is not overwritten, if that was asked for") {
  Push p;
  PushOptions options;
  options.refuse_moved = true;
  p.fake->fault = [&](const http::Request& request, int) -> std::optional<http::Response> {
    if (request.method == "POST") {
      p.stored().manifests["sha256:other"] = {"x", "{}"};
      p.stored().tags["a"] = "sha256:other";
    }
    return std::nullopt;
  };
  PushSession session(p.repository(), options);
  CHECK_THROWS_AS(static_cast<void>(session.push(p.release())), base::Error);
  CHECK(p.stored().tags["a"] == "sha256:other");
}

}  // namespace
}  // namespace cooper::registry
