#include <doctest/doctest.h>

#include "cli/build_summary.h"
#include "cli/pretty_json.h"
#include "cli/run_build.h"
#include "cli/table.h"

using namespace cooper;

namespace {

BuildReport report_of(const std::vector<std::string>& names) {
  BuildReport report;
  for (const std::string& name : names) {
    BuiltImage image{
        name,
        {"docker.io/library/" + name + ":1", "docker.io/library/" + name + ":2"},
        {"application/vnd.oci.image.manifest.v1+json", oci::Digest::of_bytes("manifest"), 512},
        oci::Digest::of_bytes("config"),
        {},
        0,
        0};
    report.images.push_back(image);
  }
  return report;
}

}  // namespace

TEST_CASE("metadata file of a build") {
  const std::string digest = oci::Digest::of_bytes("manifest").to_string();
  CHECK(cli::metadata_json(report_of({"app"}), false) ==
        "{\n  \"containerimage.config.digest\": \"" + oci::Digest::of_bytes("config").to_string() +
            "\",\n  \"containerimage.descriptor\": {\n    \"mediaType\": "
            "\"application/vnd.oci.image.manifest.v1+json\",\n"
            "    \"digest\": \"" +
            digest + "\",\n    \"size\": 512\n  },\n  \"containerimage.digest\": \"" + digest +
            "\",\n  \"image.name\": \"docker.io/library/app:1,docker.io/library/app:2\"\n}\n");
}

TEST_CASE("metadata file of a bake has an object for each target") {
  const std::string text = cli::metadata_json(report_of({"app", "worker"}), true);
  CHECK(text.find("  \"app\": {\n    \"containerimage.config.digest\"") != std::string::npos);
  CHECK(text.find("  \"worker\": {\n") != std::string::npos);
}

TEST_CASE("sizes and times") {
  CHECK(cli::size_text(0) == "0 B");
  CHECK(cli::size_text(999) == "999 B");
  CHECK(cli::size_text(1000) == "1.0 kB");
  CHECK(cli::size_text(999'999) == "1.0 MB");
  CHECK(cli::size_text(12'345'678) == "12.3 MB");
  CHECK(cli::seconds_text(0.04) == "0.0s");
  CHECK(cli::seconds_text(59.9) == "59.9s");
  CHECK(cli::seconds_text(59.99) == "1m00s");
  CHECK(cli::seconds_text(185) == "3m05s");
}

TEST_CASE("a table for people and for programs") {
  const cli::Table table{
      {"name", "size"},
      {{{"a\x1b"}, {std::uint64_t{1500}, "1.5 kB"}}, {{"longer"}, {std::uint64_t{7}}}}};
  CHECK(cli::table_text(table) == "NAME    SIZE\na\\x1b   1.5 kB\nlonger  7\n");
  CHECK(cli::table_json({{"name", "size"}, {{{"a"}, {std::uint64_t{7}}}}, "files"}) ==
        "{\n  \"files\": [\n    {\n      \"name\": \"a\",\n      \"size\": 7\n    }\n  ]\n}\n");
  CHECK(cli::table_json({{"name"}, {}, "files"}) == "{\n  \"files\": []\n}\n");
}

TEST_CASE("JSON for people has its members sorted") {
  CHECK(cli::pretty_json(R"({"b":1,"a":[2]})") == "{\n  \"a\": [\n    2\n  ],\n  \"b\": 1\n}\n");
}
