#include "cli/release_report.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/prune_report.h"
#include "cli/repository_name.h"

using namespace cooper;

namespace {

std::vector<release::ReleasedImage> images() {
  release::ReleasedImage image{
      "app", "reg.example/team/site", {"type", oci::Digest::of_bytes("m"), 1}, 1500};
  image.pushed_bytes = 1000;
  image.reused_bytes = 500;
  image.tags = {{"app-v1.0.0", release::TagChange::create},
                {"app-latest", release::TagChange::hold, "app-v2.0.0 is <newer> | *",
                 oci::Digest::of_bytes("o")}};
  return {image};
}

}  // namespace

TEST_CASE("a release as a table, as JSON and as a job's summary") {
  const std::string digest = oci::Digest::of_bytes("m").to_string();
  const std::string table = cli::table_text(cli::release_table(images()));
  CHECK(table.find("app   app-v1.0.0  create ") != std::string::npos);
  CHECK(table.find("hold (app-v2.0.0 is <newer> | *)") != std::string::npos);
  CHECK(table.find("1.0 kB  500 B") != std::string::npos);
  const std::string json = cli::release_json("v1.0.0", false, images());
  CHECK(json.find("\"version\": \"v1.0.0\",\n  \"dryRun\": false") != std::string::npos);
  CHECK(json.find("\"pushedBytes\": 1000,\n      \"reusedBytes\": 500") != std::string::npos);
  CHECK(json.find("\"reference\": \"reg.example/team/site:app-latest\"") != std::string::npos);
  CHECK(json.find("\"before\": \"" + oci::Digest::of_bytes("o").to_string()) != std::string::npos);
  const std::string summary = cli::release_summary("v1.0.0", true, images());
  CHECK(summary.starts_with("### Release v1.0.0 (dry run)\n\n| tag |"));
  CHECK(summary.find("| hold (app-v2.0.0 is &lt;newer> \\| \\*) | `" + digest + "` |") !=
        std::string::npos);
}

TEST_CASE("a plan of prune as a table, as JSON and in a line") {
  const oci::Digest digest = oci::Digest::of_bytes("x");
  const std::vector<release::Verdict> plan = {
      {"app-v2.0.0", digest, "app", release::SemanticVersion::try_parse("2.0.0"), false, "newest"},
      {"app-v1.0.0", digest, "app", release::SemanticVersion::try_parse("1.0.0"), true, "old"},
      {"broken", std::nullopt, "", std::nullopt, false, "no manifest"}};
  CHECK(cli::table_text(cli::prune_table(plan)).find("app-v1.0.0  doomed  sha256:") !=
        std::string::npos);
  CHECK(cli::prune_summary(plan, false) ==
        "2 tags kept, 1 tag doomed; nothing was deleted, --yes does it\n");
  CHECK(cli::prune_summary(plan, true) == "2 tags kept, 1 tag deleted\n");
  const std::string json = cli::prune_json("reg.example/x", false, plan, {"app-v1.0.0"});
  CHECK(json.find("\"kept\": 2,\n  \"doomed\": 1,\n  \"deleted\": 1") != std::string::npos);
  CHECK(json.find("\"deleted\": true,\n      \"reason\": \"old\"") != std::string::npos);
}

TEST_CASE("the name of a repository has no tag") {
  CHECK(oci::to_string(cli::parse_repository("localhost:5000/team/site")) ==
        "localhost:5000/team/site");
  CHECK(cli::parse_repository("reg.example/team/site").repository == "team/site");
  for (const char* text :
       {"reg.example/site:v1", "reg.example/site:latest", "Reg/UPPER", "",
        "reg.example/"
        "site@sha256:0000000000000000000000000000000000000000000000000000000000000000"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(cli::parse_repository(text)), base::Error);
  }
}
