#include "release/prune.h"

#include <doctest/doctest.h>

#include <set>

#include "base/error.h"
#include "tests/unit/release/release_fixture.h"

namespace cooper::release {
namespace {

using test::ReleaseFixture;

struct PruneFixture : ReleaseFixture {
  RetentionRules rules;
  std::vector<std::string> deleted;

  PruneFixture() {
    rules.keep = 1;
    for (const char* version : {"v1.0.0", "v1.1.0", "v1.2.0"})
      static_cast<void>(release(version, version));
    fake->log.clear();
  }
  std::vector<Verdict> plan() {
    return plan_retention(rules, collect_tags(repository(), rules, {}));
  }
  void run(const std::vector<Verdict>& verdicts) {
    delete_doomed(repository(), verdicts,
                  [this](const Verdict& one) { deleted.push_back(one.tag); }, {});
  }
  void refuses(const std::vector<Verdict>& verdicts, const char* words) {
    CHECK_THROWS_WITH_AS(run(verdicts), doctest::Contains(words), base::Error);
  }
  std::set<std::string> names() {
    std::set<std::string> out;
    for (const auto& [tag, digest] : tags()) out.insert(tag);
    return out;
  }
};

const std::set<std::string> kLeft = {"app-latest", "app-v1.2.0", "web-latest", "web-v1.2.0"};

TEST_CASE(
    "old versions go by tag, after all pages were read; a second time there is nothing to do") {
  PruneFixture f;
  f.fake->gitea = true;
  f.fake->tag_page = 2;
  f.run(f.plan());
  CHECK(f.names() == kLeft);
  CHECK(f.deleted ==
        std::vector<std::string>{"app-v1.1.0", "app-v1.0.0", "web-v1.1.0", "web-v1.0.0"});
  CHECK(f.fake->count("DELETE /v2/team/site/manifests/sha256:") == 0);
  CHECK(f.fake->count("DELETE") == 4);
  f.fake->log.clear();
  f.run(f.plan());
  CHECK(f.fake->count("DELETE") == 0);
}

TEST_CASE("a registry that deletes by digest only") {
  for (const int refusal : {400, 405}) {
    PruneFixture f;
    f.fake->tag_deletion_refusal = refusal;
    f.run(f.plan());
    CHECK(f.names() == kLeft);
    CHECK(f.fake->count("DELETE /v2/team/site/manifests/sha256:") == 4);
    CHECK(f.deleted.size() == 4);
  }
}

TEST_CASE("doomed tags that are one image go together where only digests are deleted") {
  PruneFixture f;
  f.stored().tags["app-v0.9.0"] = f.tags().at("app-v1.0.0");
  f.run(f.plan());
  CHECK(f.names() == kLeft);
  CHECK(f.deleted.size() == 5);
  CHECK(f.fake->count("DELETE /v2/team/site/manifests/sha256:") == 4);
}

// security.R7
TEST_CASE("by digest nothing goes that a tag that stays shares") {
  PruneFixture f;
  const auto plan = f.plan();
  // Pushed after the plan was made.
  f.stored().tags["app-pinned"] = f.tags().at("app-v1.1.0");
  const auto before = f.tags();
  f.refuses(plan, "app-pinned, which stays, has the same image");
  CHECK(f.tags() == before);
  // On a registry that deletes by tag it does no harm.
  f.fake->gitea = true;
  f.run(plan);
  CHECK(f.tags().count("app-pinned") == 1);
}

// security.R7
TEST_CASE("never by digest on Gitea") {
  PruneFixture f;
  f.fake->gitea = true;
  f.fake->auth = test::FakeRegistry::Auth::token;
  f.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
    return request.method == "DELETE" ? std::optional(test::error_answer(405, "UNSUPPORTED"))
                                      : std::nullopt;
  };
  const auto before = f.tags();
  f.refuses(f.plan(), "Gitea refuses");
  CHECK(f.tags() == before);
  CHECK(f.fake->count("DELETE") == 1);
}

// security.R8
TEST_CASE("the first surprise ends it") {
  SUBCASE("a tag was moved") {
    PruneFixture f;
    f.fake->gitea = true;
    const auto plan = f.plan();
    f.stored().tags["app-v1.0.0"] = f.tags().at("app-latest");
    f.refuses(plan, "it was moved meanwhile");
    CHECK(f.deleted == std::vector<std::string>{"app-v1.1.0"});
    CHECK(f.tags().count("app-v1.0.0") == 1);
  }
  SUBCASE("a tag is gone") {
    PruneFixture f;
    f.fake->gitea = true;
    const auto plan = f.plan();
    f.stored().tags.erase("app-v1.1.0");
    f.refuses(plan, "gone already");
    CHECK(f.fake->count("DELETE") == 0);
  }
  SUBCASE("the registry lies about a deletion") {
    PruneFixture f;
    f.fake->gitea = true;
    f.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
      return request.method == "DELETE" ? std::optional(http::Response{202}) : std::nullopt;
    };
    f.refuses(f.plan(), "still shows it");
    CHECK(f.fake->count("DELETE") == 1);
  }
  SUBCASE("a tag that was to stay vanishes") {
    PruneFixture f;
    f.fake->gitea = true;
    f.fake->tamper = [&](const http::Request& request, http::Response&) {
      if (request.method == "DELETE") f.stored().tags.erase("web-latest");
    };
    f.refuses(f.plan(), "web-latest': it was to stay");
  }
  SUBCASE("the registry deletes nothing") {
    PruneFixture f;
    f.fake->refuses_deletion = true;
    f.refuses(f.plan(), "deletes nothing");
    CHECK(f.names().size() == 8);
  }
  SUBCASE("it is forbidden") {
    PruneFixture f;
    f.fake->gitea = true;
    f.fake->fault = [](const http::Request& request, int) -> std::optional<http::Response> {
      return request.method == "DELETE" ? std::optional(http::Response{403}) : std::nullopt;
    };
    f.refuses(f.plan(), "403");
  }
}

TEST_CASE("a deletion that broke off can be repeated") {
  for (int number = 1; number < 14; ++number) {
    CAPTURE(number);
    PruneFixture f;
    f.fake->gitea = true;
    const auto plan = f.plan();
    int count = 0;
    f.fake->fault = [&](const http::Request&, int) -> std::optional<http::Response> {
      return ++count >= number ? std::optional(http::Response{503}) : std::nullopt;
    };
    CHECK_THROWS_AS(f.run(plan), base::Error);
    for (const std::string& tag : kLeft) CHECK(f.names().contains(tag));
    f.fake->fault = nullptr;
    f.run(f.plan());
    CHECK(f.names() == kLeft);
  }
}

TEST_CASE("an index that stays keeps its children, and the age is asked for when it matters") {
  PruneFixture f;
  const std::string child = f.tags().at("app-v1.0.0");
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
      R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","size":7,"digest":")" +
      child + R"("}]})";
  f.repository().put_manifest("app-v9.0.0", index, std::string(oci::media_type::kIndex));
  std::map<std::string, std::string> reasons;
  for (const Verdict& verdict : f.plan()) reasons[verdict.tag] = verdict.reason;
  CHECK(reasons.at("app-v1.0.0") == "part of app-v9.0.0");
  CHECK(f.fake->count("GET /v2/team/site/blobs/") == 0);
  f.rules.keep_since = 0;
  for (const Verdict& verdict : f.plan()) CHECK_FALSE(verdict.doomed);  // of unknown age
  CHECK(f.fake->count("GET /v2/team/site/blobs/") > 0);
}

TEST_CASE("a repository that is not there") {
  PruneFixture f;
  CHECK_THROWS_WITH_AS(static_cast<void>(collect_tags(f.repository("no/such"), f.rules, {})),
                       doctest::Contains("no such repository"), base::Error);
}

}  // namespace
}  // namespace cooper::release
