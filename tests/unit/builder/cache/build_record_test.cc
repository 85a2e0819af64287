#include "builder/cache/build_record.h"

#include <doctest/doctest.h>

#include "builder/cache/build_history.h"
#include "tests/support/temp_directory.h"

using namespace cooper::cache;  // NOLINT(google-build-using-namespace)
namespace oci = cooper::oci;

namespace {

BuildRecord sample() {
  BuildRecord record;
  record.id = "20231114t221320-abcdef";
  record.started = 1'700'000'000;
  record.milliseconds = 12;
  record.error = "it failed";
  RecordedStep base;
  base.operation = "base";
  base.image = "php";
  base.image_digest = "sha256:1";
  base.base_layers = {oci::DiffId::of_bytes("base")};
  RecordedStep copy;
  copy.operation = "copy";
  copy.label = "[app 2/3] COPY . /app";
  copy.stage = "app";
  copy.file = "Dockerfile";
  copy.line = 3;
  copy.parent = 0;
  copy.key = std::string(64, '1');
  copy.layer = oci::DiffId::of_bytes("layer");
  copy.outcome = StepOutcome::done;
  copy.milliseconds = 5;
  copy.changes = {{ChangeKind::file, "a", "x", "y", "a changed"}};
  copy.more_changes = 7;
  copy.context = "/src";
  copy.ignore_file = "/src/Dockerfile";
  copy.sources = {"."};
  copy.excludes = {"*.md"};
  copy.alone = true;
  RecordedStep run;
  run.operation = "run";
  run.parent = 0;
  run.inputs = {1};
  record.steps = {base, copy, run};
  record.targets = {{"app", "app", {"registry.example/app:1"}, 2, "sha256:2"},
                    {"", "copy", {}, 1, ""}};
  return record;
}

}  // namespace

TEST_CASE("a record reads back as it was written") {
  const BuildRecord record = sample();
  const std::string text = to_text(record);
  const auto read = try_parse_build_record(text, record.id);
  REQUIRE(read.has_value());
  CHECK(to_text(*read) == text);
  CHECK(read->steps[1].changes == record.steps[1].changes);
  CHECK(read->steps[1].layer == record.steps[1].layer);
}

TEST_CASE("what is damaged counts as absent") {
  const std::string text = to_text(sample());
  for (std::size_t length = 0; length < text.size(); length += 7)
    CHECK_FALSE(try_parse_build_record(text.substr(0, length), "x").has_value());
  for (std::size_t place = 0; place < text.size(); place += 11) {
    std::string changed = text;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    CHECK_FALSE(try_parse_build_record(changed, "x").has_value());
  }
  // Without its checksum, as records once were: then what it says has to fit.
  const std::string body = text.substr(text.find('{'));
  CHECK(try_parse_build_record(body, "x").has_value());
  const auto with = [&](const std::string& old, const std::string& now) {
    std::string changed = body;
    changed.replace(changed.find(old), old.size(), now);
    return try_parse_build_record(changed, "x").has_value();
  };
  CHECK_FALSE(with("\"version\":1", "\"version\":2"));
  CHECK_FALSE(with("\"parent\":0", "\"parent\":1"));
  CHECK_FALSE(with("\"inputs\":[1]", "\"inputs\":[2]"));
  CHECK_FALSE(with("\"result\":2", "\"result\":3"));
  CHECK_FALSE(with("\"done\"", "\"odd\""));
  CHECK_FALSE(with("\"file\",\"text\"", "\"odd\",\"text\""));
}

TEST_CASE("a target's steps are all it reads") {
  const BuildRecord record = sample();
  CHECK(record.steps_of(record.targets[0]) == std::vector<std::size_t>{0, 1, 2});
  CHECK(record.steps_of(record.targets[1]) == std::vector<std::size_t>{0, 1});
  CHECK(record.stack_of(1) ==
        std::vector<oci::DiffId>{oci::DiffId::of_bytes("base"), oci::DiffId::of_bytes("layer")});
  CHECK(BuildRecord::name_of(record.targets[0]) == "app");
  CHECK(BuildRecord::name_of(record.targets[1]) == "copy");
}

TEST_CASE("history keeps the newest and no more than its limit") {
  const cooper::test::TempDirectory directory;
  const auto store = cooper::store::Store::open(directory.path() + "/store");
  const BuildHistory history(store);
  for (std::size_t i = 0; i < BuildHistory::kMaxBuilds + 5; ++i) {
    BuildRecord record = sample();
    record.started += static_cast<std::int64_t>(i);
    history.add(record);
  }
  const auto ids = history.ids();
  REQUIRE(ids.size() == BuildHistory::kMaxBuilds);
  CHECK(history.read(ids.front())->started ==
        1'700'000'000 + static_cast<std::int64_t>(BuildHistory::kMaxBuilds) + 4);
  CHECK(history.newest(3).size() == 3);
  CHECK_FALSE(history.read("20000101t000000-000000").has_value());
}
