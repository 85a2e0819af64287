#include "builder/cache/step_logs.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "builder/cache/running_builds.h"
#include "builder/cache/step_log_reader.h"

namespace cooper::cache {
namespace {

class Place {
 public:
  Place() : path_(make()), store_(store::Store::open(path_ + "/store")) {}
  ~Place() { std::filesystem::remove_all(path_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  [[nodiscard]] store::Store& store() { return store_; }
  [[nodiscard]] std::string logs() const { return path_ + "/store/cooper/logs/"; }

 private:
  static std::string make() {
    std::string name = (std::filesystem::temp_directory_path() / "cooper-logs-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp");
    return name;
  }
  std::string path_;
  store::Store store_;
};

struct Seen {
  std::vector<std::string> lines;
  int cuts = 0;
};

Seen read(const store::Store& store, const std::string& build, std::size_t step) {
  Seen seen;
  StepLogs(store).read(
      build, step,
      [&](const LogLine& line) {
        seen.lines.push_back(std::to_string(line.stream) + " " + line.text);
      },
      [&] { ++seen.cuts; });
  return seen;
}

TEST_CASE("what a step wrote is read back, each step by itself") {
  Place place;
  StepLogWriter writer(place.store(), "b1");
  writer.begin(3);
  writer.begin(4);
  writer.add(3, 1, "one");
  writer.add(4, 2, "error \xff");
  writer.add(3, 1, "");
  writer.end(3);
  writer.add(3, 1, "after the end");
  CHECK(read(place.store(), "b1", 3).lines == std::vector<std::string>{"1 one", "1 "});
  CHECK(read(place.store(), "b1", 4).lines == std::vector<std::string>{"2 error \xff"});
  CHECK_FALSE(StepLogs(place.store()).has("b1", 5));
}

TEST_CASE("of a long log the beginning and the end are kept") {
  Place place;
  StepLogWriter writer(place.store(), "b1", {200, 100, 1000});
  writer.begin(0);
  for (int i = 0; i < 1000; ++i) writer.add(0, 1, "line " + std::to_string(i));
  const Seen seen = read(place.store(), "b1", 0);
  CHECK(seen.cuts == 1);
  CHECK(seen.lines.front() == "1 line 0");
  CHECK(seen.lines.back() == "1 line 999");
  CHECK(seen.lines.size() < 40);
}

TEST_CASE("a line that a kill cut off is left out") {
  Place place;
  StepLogWriter writer(place.store(), "b1");
  writer.begin(0);
  writer.add(0, 1, "whole");
  std::ofstream(place.logs() + "b1/1", std::ios::app) << "12 1 ha";
  CHECK(read(place.store(), "b1", 0).lines == std::vector<std::string>{"1 whole"});
}

TEST_CASE("the logs of the oldest builds go when all take too much") {
  Place place;
  for (const char* build : {"b1", "b2", "b3"}) {
    StepLogWriter writer(place.store(), build);
    writer.begin(0);
    writer.add(0, 1, std::string(400, 'x'));
  }
  const StepLogs logs(place.store());
  logs.trim({"b3", "b2", "b1"}, {0, 0, 900});
  CHECK(logs.has("b3", 0));
  CHECK(logs.has("b2", 0));
  CHECK_FALSE(logs.has("b1", 0));
}

// What a reader sees that looks after each `every` of 1000 lines.
Seen follow(Place& place, int every) {
  StepLogWriter writer(place.store(), "b1", {200, 100, 1000});
  StepLogReader reader(place.store(), "b1", 0);
  Seen seen;
  const auto look = [&] {
    reader.read([&](const LogLine& line) { seen.lines.push_back(line.text); },
                [&] { ++seen.cuts; });
  };
  look();
  writer.begin(0);
  for (int i = 0; i < 1000; ++i) {
    writer.add(0, 1, "line " + std::to_string(i));
    if (i % every == every - 1) look();
  }
  look();
  return seen;
}

TEST_CASE("who follows a log sees each line once, however often the writer turns to another file") {
  Place place;
  const Seen seen = follow(place, 3);
  CHECK(seen.cuts == 0);
  REQUIRE(seen.lines.size() == 1000);
  for (std::size_t i = 0; i < seen.lines.size(); ++i)
    REQUIRE(seen.lines[i] == "line " + std::to_string(i));
}

TEST_CASE("who follows too slowly is told that lines are missing") {
  Place place;
  const Seen seen = follow(place, 100);
  CHECK(seen.cuts > 0);
  CHECK(seen.lines.size() < 1000);
  CHECK(seen.lines.front() == "line 0");
  CHECK(seen.lines.back() == "line 999");
  const auto number = [](const std::string& line) { return std::stoi(line.substr(5)); };
  for (std::size_t i = 1; i < seen.lines.size(); ++i)
    CHECK(number(seen.lines[i - 1]) < number(seen.lines[i]));
}

TEST_CASE("half a line comes when it is whole") {
  Place place;
  StepLogWriter writer(place.store(), "b1");
  writer.begin(0);
  writer.add(0, 1, "one");
  StepLogReader reader(place.store(), "b1", 0);
  std::vector<std::string> lines;
  const auto look = [&] {
    reader.read([&](const LogLine& line) { lines.push_back(line.text); }, [] {});
  };
  std::ofstream(place.logs() + "b1/1", std::ios::app) << "12 1 ha";
  look();
  CHECK(lines == std::vector<std::string>{"one"});
  std::ofstream(place.logs() + "b1/1", std::ios::app) << "lf\n";
  look();
  CHECK(lines == std::vector<std::string>{"one", "half"});
}

TEST_CASE("a build is seen to run from its announcement on until its writer is gone") {
  Place place;
  const RunningBuilds running(place.store());
  CHECK(running.list().empty());
  BuildRecord record;
  record.id = "b1";
  record.targets.push_back({"app", "app", {}, 0, ""});
  record.steps.emplace_back();
  record.steps.back().operation = "run";
  {
    StepLogWriter writer(place.store(), "b1");
    CHECK(running.list().empty());
    writer.announce([&] { return to_text(record); });
    REQUIRE(running.list().size() == 1);
    CHECK(running.list().front().targets.front().name == "app");
    CHECK(running.runs("b1"));
    CHECK_FALSE(running.runs("b2"));
  }
  CHECK(running.list().empty());
  CHECK_FALSE(running.runs("b1"));
  CHECK_FALSE(std::filesystem::exists(place.logs() + "b1"));  // nothing was written
}

}  // namespace
}  // namespace cooper::cache
