#include "builder/engine/line_splitter.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/limits.h"

using namespace cooper;
using engine::LineSplitter;

namespace {

struct Line {
  int stream;
  std::string text;
  bool operator==(const Line&) const = default;
};

}  // namespace

TEST_CASE("lines come whole, each stream by itself") {
  std::vector<Line> lines;
  LineSplitter splitter([&](int stream, std::string line) {
    lines.push_back({stream, std::move(line)});
  });
  splitter.add(1, "one\ntw");
  splitter.add(2, "error\r\n");
  splitter.add(1, "o\n\nlast");
  CHECK(lines == std::vector<Line>{{1, "one"}, {2, "error"}, {1, "two"}, {1, ""}});
  splitter.finish();
  CHECK(lines.back() == Line{1, "last"});
  CHECK(lines.size() == 5);
}

// security.S12
TEST_CASE("a line without end is cut at 64 KiB") {
  std::vector<Line> lines;
  LineSplitter splitter([&](int stream, std::string line) {
    lines.push_back({stream, std::move(line)});
  });
  for (int i = 0; i < 10; ++i) splitter.add(1, std::string(20'000, 'x'));
  splitter.finish();
  REQUIRE(lines.size() == 4);
  CHECK(lines[0].text.size() == 65536);
  CHECK(lines[3].text.size() == 200'000 - 3 * 65536);
}

TEST_CASE("S13 a word that lies where a long line is cut stays whole") {
  std::vector<Line> lines;
  const std::string word = "hunter22";
  LineSplitter splitter(
      [&](int stream, std::string line) {
        lines.push_back({stream, std::move(line)});
      },
      [&](std::string_view text) -> std::size_t {
        for (std::size_t size = word.size() - 1; size > 0; --size) {
          if (text.ends_with(word.substr(0, size))) return size;
        }
        return 0;
      });
  const std::string text = std::string(65'536 - 3, 'x') + word + "\n";
  for (const char c : text) splitter.add(1, std::string(1, c));
  REQUIRE(lines.size() == 2);
  CHECK(lines[0].text == std::string(65'533, 'x'));
  CHECK(lines[1].text == word);
}

TEST_CASE("S13 a word that is longer than a line may be stays whole") {
  base::set_limit("outputLineBytes", 4);
  const std::string word = "hunter22";
  std::vector<std::string> lines;
  LineSplitter splitter([&](int, std::string line) { lines.push_back(std::move(line)); },
                        [&](std::string_view text) -> std::size_t {
                          for (std::size_t size = word.size() - 1; size > 0; --size) {
                            if (text.ends_with(word.substr(0, size))) return size;
                          }
                          return 0;
                        });
  base::set_limit("outputLineBytes", 65'536);
  splitter.add(1, "abc" + word + "defghijklhunter");
  splitter.finish();
  CHECK(lines == std::vector<std::string>{"abc", word, "defg", "hijk", "l", "hunter"});
}
