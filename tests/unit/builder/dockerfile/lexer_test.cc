// Rows P1, P3 to P14, P24, P25: how a Dockerfile is cut into instructions.
#include <doctest/doctest.h>

#include "dump.h"

namespace cooper::dockerfile {
namespace {

struct Case {
  const char* row;
  std::string text;      // behind "FROM x\n"
  std::string expected;  // behind the FROM line
};

const Case kCases[] = {
    {"P2 names in any case", "run a\nwOrKdIr /x\n", "RUN 'a'\nWORKDIR '/x'\n"},
    {"P5 blanks before an instruction are dropped", "  \t RUN a\n", "RUN 'a'\n"},
    {"P5 blanks of continuation lines are kept", "RUN a \\\n   b\n", "RUN 'a    b'\n"},
    {"P6 comments", "# c\n   # d\nRUN a\n", "RUN 'a'\n"},
    {"P6 comments inside a continuation are removed", "RUN a \\\n# c\n  # d \\\n b\n",
     "RUN 'a  b'\n"},
    {"P6 a comment does not continue", "# c \\\nRUN a\n", "RUN 'a'\n"},
    {"P7 # elsewhere is text", "RUN a # b\n", "RUN 'a # b'\n"},
    {"P8 blanks behind the escape", "RUN a \\ \t\n b\n", "RUN 'a  b'\n"},
    {"P8 an escaped escape does not continue", "RUN a \\\\\nRUN b\n", "RUN 'a \\\\'\nRUN 'b'\n"},
    {"P8 three escapes do not continue", "RUN a \\\\\\\nRUN b\n", "RUN 'a \\\\\\'\nRUN 'b'\n"},
    {"P8 a line that is only the escape", "\\\nRUN a\n", "RUN 'a'\n"},
    {"P8 continuation inside a word", "RU\\\nN ab\\\nc\n", "RUN 'abc'\n"},
    {"P9 empty lines in a continuation", "RUN a \\\n\n  \n b\n", "RUN 'a  b'\n"},
    {"P10 continuation at the end of the file", "RUN a \\", "RUN 'a'\n"},
    {"P10 continuation and line end at the end", "RUN a \\\n", "RUN 'a'\n"},
    {"lines may end with CR LF", "RUN a \\\r\n b\r\nRUN c\r\n", "RUN 'a  b'\nRUN 'c'\n"},
    {"no line end at the end", "RUN a", "RUN 'a'\n"},
    {"tabs between keyword and arguments", "RUN\ta\n", "RUN 'a'\n"},
    {"blank lines", "\n \n\t\nRUN a\n\n", "RUN 'a'\n"},
};

TEST_CASE("logical lines") {
  for (const Case& item : kCases) {
    CAPTURE(item.row);
    CHECK(dump(parse_dockerfile("FROM x\n" + item.text, "Dockerfile")) ==
          "FROM x\n" + item.expected);
  }
}

TEST_CASE("P1 a byte order mark is dropped") {
  CHECK(dump(parse_dockerfile("\xef\xbb\xbf"
                              "FROM x\n",
                              "f")) == "FROM x\n");
  CHECK(parse_dockerfile("\xef\xbb\xbf# escape=`\nFROM x\n", "f").directives.escape == '`');
}

TEST_CASE("P3 P24 files without a stage") {
  CHECK(cause_of("") == "the Dockerfile cannot be empty");
  CHECK(cause_of("# a\n\n") == "file with no instructions");
  CHECK(cause_of("\n") == "file with no instructions");
  CHECK(cause_of("ARG a\nRUN b\n") ==
        "2:1+5 no build stage in current context: only ARG may stand before the first FROM");
  CHECK(cause_of("ARG a\n") == "no build stage: there is no FROM");
  CHECK(dump(parse_dockerfile("ARG a=1\nFROM x\n", "f")) == "ARG a='1'\nFROM x\n");
}

TEST_CASE("P4 a physical line has at most 65535 bytes") {
  const std::string head = "FROM x\nRUN ";
  CHECK(cause_of(head + std::string(65531, 'a') + "\n") == "no error");
  CHECK(cause_of(head + std::string(65532, 'a') + "\n") == "2:1+80 line longer than 65535 bytes");
}

TEST_CASE("P9 an empty continuation line is a warning") {
  const Dockerfile file = parse_dockerfile("FROM x\nRUN a \\\n\n b\n", "f");
  REQUIRE(file.warnings.size() == 1);
  CHECK(file.warnings[0].rule == "NoEmptyContinuation");
  CHECK(file.warnings[0].where == SourceRange{4, 4, 0, 0});
}

struct DirectiveCase {
  const char* row;
  const char* text;
  const char* syntax;
  char escape;
  const char* check;
};

const DirectiveCase kDirectives[] = {
    {"P12 escape", "# escape=`\nFROM x", "", '`', ""},
    {"P11 any case, any blanks", "  #  EsCaPe =  ` \nFROM x", "", '`', ""},
    {"P13 syntax is recorded", "# syntax=docker/dockerfile:1\nFROM x", "docker/dockerfile:1", '\\',
     ""},
    {"P14 check", "#check=skip=all;error=true\nFROM x", "", '\\', "skip=all;error=true"},
    {"P11 several", "#syntax=a\n#escape=`\n#check=b\nFROM x", "a", '`', "b"},
    {"P11 behind a comment", "# hello\n# escape=`\nFROM x", "", '\\', ""},
    {"P11 behind an unknown key", "# other=1\n# escape=`\nFROM x", "", '\\', ""},
    {"P11 behind an empty line", "\n# escape=`\nFROM x", "", '\\', ""},
    {"P11 behind an instruction", "FROM x\n# escape=`\nRUN a", "", '\\', ""},
    {"P11 CR LF", "# escape=`\r\nFROM x", "", '`', ""},
    {"P11 without a value", "# escape=\n# syntax=a\nFROM x", "", '\\', ""},
};

TEST_CASE("directives") {
  for (const DirectiveCase& item : kDirectives) {
    CAPTURE(item.row);
    const Directives directives = parse_dockerfile(item.text, "f").directives;
    CHECK(directives.syntax == item.syntax);
    CHECK(directives.escape == item.escape);
    CHECK(directives.check == item.check);
  }
  CHECK(cause_of("# escape=x\nFROM x") ==
        "1:1+10 invalid escape character 'x': it must be ` or \\");
  CHECK(cause_of("# escape=`\n# escape=`\nFROM x") ==
        "2:1+10 only one 'escape' parser directive can be used");
  CHECK(dump(parse_dockerfile("# escape=`\nFROM x\nRUN a `\n b \\\nRUN c", "f")) ==
        "FROM x\nRUN 'a  b \\'\nRUN 'c'\n");
}

TEST_CASE("P25 lines, original text and comments are kept") {
  const Dockerfile file = parse_dockerfile(
      "# syntax=s\n# old\n\n# one\n  # two\n  FROM x AS y  \nRUN a \\\n b  \n# "
      "check=skip=all\nCOPY <<E /\nt\nE\n",
      "f");
  const Stage& stage = file.stages.at(0);
  CHECK(stage.from.comments == std::vector<std::string>{"one", "two"});
  CHECK(stage.where == SourceRange{6, 6, 3, 0});
  CHECK(stage.from.original == "FROM x AS y");
  CHECK(stage.instructions.at(0).where == SourceRange{7, 8, 1, 0});
  CHECK(stage.instructions.at(0).original == "RUN a  b");
  CHECK(stage.instructions.at(0).comments.empty());
  CHECK(stage.instructions.at(1).where == SourceRange{10, 12, 1, 0});
  CHECK(stage.instructions.at(1).comments == std::vector<std::string>{"check=skip=all"});
  CHECK(file.lines.size() == 12);
  CHECK(spot(file, stage.where).line_text == "  FROM x AS y  ");
}

// security.D20
TEST_CASE("limits") {
  CHECK(cause_of(std::string((4 << 20) + 1, '\n')) == "the Dockerfile is too large");
  std::string many = "FROM x\n";
  for (int i = 0; i < 10'000; ++i) many += "RUN a\n";
  CHECK(cause_of(many) == "10001:1+5 too many instructions");
}

}  // namespace
}  // namespace cooper::dockerfile
