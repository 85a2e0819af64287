// Rows H1 to H7.
#include <doctest/doctest.h>

#include "builder/dockerfile/heredoc.h"
#include "dump.h"

namespace cooper::dockerfile {
namespace {

struct Case {
  const char* row;
  const char* text;
  const char* expected;
};

const Case kCases[] = {
    {"H1 COPY", "COPY <<a <<b c /d\n1\na\n2\nb\n", "COPY ['c'] -> '/d' <<a'1\\n' <<b'2\\n'"},
    {"H1 ADD", "ADD <<a /d\n1\na\n", "ADD [] -> '/d' <<a'1\\n'"},
    {"H1 not in other instructions", "CMD cat <<a\n", "CMD 'cat <<a'"},
    {"H1 not in the JSON form", "RUN [\"cat\", \"<<a\"]\n", "RUN ['cat' '<<a']"},
    {"H1 a source of the JSON form is a path", "COPY [\"<<a\", \"b\"]\n", "COPY ['<<a'] -> 'b'"},
    {"H2 stripping tabs", "COPY <<-a /d\n\t\tx\n\t y\n\ta\n", "COPY [] -> '/d' <<-a'x\\n y\\n'"},
    {"H2 file descriptor", "RUN cat 3<<a\nx\na\n", "RUN 'cat 3<<a' <<a'x\\n'"},
    {"H2 a here-string is none", "RUN cat <<<a\n", "RUN 'cat <<<a'"},
    {"H2 a shift is none", "RUN echo $((1 << 2))\n", "RUN 'echo $((1 << 2))'"},
    {"H2 blanks before the word", "RUN cat << a 3<<  'b'\n1\na\n2\nb\n",
     "RUN 'cat << a 3<<  'b'' <<a'1\\n' <<!b'2\\n'"},
    {"H2 quoted text is none", "RUN echo \"<<a\"\n", "RUN 'echo \"<<a\"'"},
    {"H2 several", "RUN <<A cat >x && <<B cat\n1\nA\n2\nB\n",
     "RUN '<<A cat >x && <<B cat' <<A'1\\n' <<B'2\\n'"},
    {"H3 the terminator exactly", "RUN <<a\n a\naa\na \na\n", "RUN '<<a' <<a' a\\naa\\na \\n'"},
    {"H3 at the end of the file", "RUN <<a\nx\na", "RUN '<<a' <<a'x\\n'"},
    {"H3 an empty body", "RUN <<a\na\n", "RUN '<<a' <<a''"},
    {"H4 quoting any part", "COPY <<'a' <<\"b\" <<c\"d\"e <<f /\na\nb\ncde\nf\n",
     "COPY [] -> '/' <<!a'' <<!b'' <<!cde'' <<f''"},
    {"H4 an escaped word", "COPY <<\\a /\na\n", "COPY [] -> '/' <<a''"},
    {"H5 nothing in a body is an instruction", "COPY <<a /\nRUN x \\\n# c\n$y\na\n",
     "COPY [] -> '/' <<a'RUN x \\\\n# c\\n$y\\n'"},
    {"H6 a script", "RUN <<EOF\n#!/bin/sh\necho $x\nEOF\n",
     "RUN '<<EOF' <<EOF'#!/bin/sh\\necho $x\\n'"},
    {"H7 more on the line", "RUN <<EOF bash\nx\nEOF\n", "RUN '<<EOF bash' <<EOF'x\\n'"},
    {"H5 line ends are kept", "COPY <<a /\r\nx\r\na\r\n", "COPY [] -> '/' <<a'x\\r\\n'"},
    {"H2 behind a continuation", "RUN a \\\n <<b\nx\nb\n", "RUN 'a  <<b' <<b'x\\n'"},
    {"P23 H1 below ONBUILD", "ONBUILD COPY <<-a /d\n\tx\n\ta\n",
     "ONBUILD 'COPY <<-a /d\\n\\tx\\na'"},
    {"H2 quotes that do not close", "RUN echo it's <<a\n", "RUN 'echo it's <<a'"},
    {"H2 blanks before the word", "RUN a << b\nx\nb\n", "RUN 'a << b' <<b'x\\n'"},
    {"H2 no blanks behind <<-", "RUN a <<- b\n", "RUN 'a <<- b'"},
    {"H4 an escape is no quote", "COPY <<\\a /\nx\na\n", "COPY [] -> '/' <<a'x\\n'"},
    {"H4 a variable is text", "RUN <<$a\nx\n$a\n", "RUN '<<$a' <<$a'x\\n'"},
};

TEST_CASE("heredocs") {
  for (const Case& item : kCases) {
    CAPTURE(item.row);
    CHECK(dump(parse_dockerfile(std::string("FROM x\n") + item.text, "f")) ==
          std::string("FROM x\n") + item.expected + "\n");
  }
}

TEST_CASE("P23 a trigger reads back as what it was") {
  const Dockerfile file =
      parse_dockerfile("FROM x\nONBUILD RUN <<'A' cat; <<-B cat\n$x\nA\n\ty\n\tB\n", "f");
  const auto& trigger = std::get<OnBuild>(file.stages.at(0).instructions.at(0).payload).trigger;
  CHECK(dump(parse_trigger(trigger, "i")) == "RUN '<<'A' cat; <<-B cat' <<!A'$x\\n' <<-B'\\ty\\n'");
}

TEST_CASE("H2 heredoc words") {
  CHECK_FALSE(parse_heredoc_word("EOF").has_value());
  CHECK_FALSE(parse_heredoc_word("<EOF").has_value());
  CHECK_FALSE(parse_heredoc_word("<<").has_value());
  CHECK_FALSE(parse_heredoc_word("<<-").has_value());
  CHECK_FALSE(parse_heredoc_word("x<<EOF").has_value());
  CHECK_FALSE(parse_heredoc_word("<<a<b").has_value());
  CHECK(parse_heredoc_word("12<<-\"E O F\"")->name == "E O F");
  CHECK(parse_heredoc_word("<<- EOF")->strip_tabs);
}

}  // namespace
}  // namespace cooper::dockerfile
