#include "cli/row_format.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "cli/time_use.h"

using namespace cooper;  // NOLINT(google-build-using-namespace)

namespace {

const cli::Table kTable{{"id", "last-use"}, {{{std::string("a\x1b")}, {std::uint64_t{5}, "5s"}}}};

}  // namespace

TEST_CASE("rows by a format") {
  CHECK(cli::formatted(kTable, "{{.ID}}: {{ .LastUse }}") == "a\\x1b: 5s\n");
  CHECK(cli::formatted(kTable, "{{json .LastUse}}") == "5\n");
  CHECK(cli::formatted(kTable, "json") == "{\"id\":\"a\\u001b\",\"last-use\":5}\n");
  CHECK(cli::formatted(kTable, "{{json .}}") == cli::formatted(kTable, "json"));
  CHECK(cli::formatted(kTable, "table {{.LastUse}}\\t{{.ID}}") ==
        "LAST-USE  ID\n5s        a\\x1b\n");
  CHECK(cli::formatted(kTable, "x\\ty\\n") == "x\ty\n\n");
}

TEST_CASE("a wrong format is refused") {
  for (const char* bad :
       {"{{.Nothing}}", "{{range .}}", "{{.ID", "{{}}", "{{json}}", "table {{json .}}", "{{ID}}"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(static_cast<void>(cli::formatted(kTable, bad)), base::Error);
  }
}

TEST_CASE("each moment of a build counts once") {
  const std::vector<base::TraceEvent> events = {{"copy", "c", 0, 1'000'000, 1},
                                                {"compression", "b", 200'000, 700'000, 2},
                                                {"run", "r", 900'000, 3'000'000, 3},
                                                {"upload", "u", 2'000'000, 4'000'000, 1}};
  CHECK(cli::time_use_line(events) ==
        "time: 4.0s, of it run 2.1s, upload 1.0s, compression 0.5s, copy 0.4s");
  CHECK(cli::time_use_line({{"run", "r", 1'000'000, 2'000'000, 1}}) ==
        "time: 2.0s, of it run 1.0s, other 1.0s");
  CHECK(cli::time_use_line({}).empty());
}
