#include "smoke/output_log.h"

#include <doctest/doctest.h>

#include "base/error.h"

namespace cooper::smoke {

TEST_CASE("output is matched in lines, also when it comes in pieces") {
  OutputLog log;
  log.add(1, "worker sta");
  CHECK_FALSE(log.matches(Pattern("started")));
  log.add(2, "an error\n");
  log.add(1, "rted\nready");
  CHECK(log.matches(Pattern("^worker started$")));
  CHECK_FALSE(log.matches(Pattern("ready")));
  log.finish();
  CHECK(log.matches(Pattern("^ready$")));
  CHECK(log.last_lines(2) == std::vector<std::string>{"worker started", "ready"});
}

TEST_CASE("the oldest lines are forgotten beyond the limit") {
  OutputLog log;
  log.add(1, "first\n");
  const std::string line = std::string(60'000, 'x') + "\n";
  for (std::size_t size = 0; size < OutputLog::kMaxBytes; size += line.size()) log.add(1, line);
  CHECK_FALSE(log.matches(Pattern("^first$")));
  CHECK(log.last_lines(1'000'000).size() < 300);
}

TEST_CASE("a pattern survives long lines and refuses what is no expression") {
  const std::string line(4'000'000, 'a');
  CHECK(Pattern("a.*a$").found_in(line));
  CHECK_FALSE(Pattern("b").found_in(line));
  CHECK(Pattern("y$").found_in(std::string_view("x\0y", 3)));
  CHECK_FALSE(Pattern("one.two").found_in("one\ntwo"));
  CHECK(Pattern("^two").found_in("one\ntwo"));
  CHECK_THROWS_AS(Pattern("("), base::Error);
  CHECK_THROWS_AS(Pattern(std::string(1001, 'a')), base::Error);
}

}  // namespace cooper::smoke
