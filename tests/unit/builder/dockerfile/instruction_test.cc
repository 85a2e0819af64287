// Rows P2, P15 to P23: what each instruction takes, and the errors with their places.
#include <doctest/doctest.h>

#include "builder/dockerfile/duration.h"
#include "dump.h"

namespace cooper::dockerfile {
namespace {

struct Case {
  const char* row;
  const char* text;      // behind "FROM x\n"
  const char* expected;  // of the one instruction
};

const Case kCases[] = {
    {"P15 flags",
     "COPY --from=a --link --chown=1:2 --chmod=755 --parents --exclude=*.o --exclude=b s d",
     "COPY ['s'] -> 'd' from=a chown=1:2 chmod=755 link=true parents=true exclude=*.o exclude=b"},
    {"P15 quotes and escapes in flags", "COPY --from=\"a b\" --chown='x y' --chmod=\\$m s d",
     "COPY ['s'] -> 'd' from=a b chown=x y chmod=$m"},
    {"P15 a bare -- ends flags", "COPY --link -- --from=a d", "COPY ['--from=a'] -> 'd' link=true"},
    {"P15 boolean values", "COPY --link=FALSE --parents=True a b",
     "COPY ['a'] -> 'b' link=false parents=true"},
    {"P15 flags of ADD",
     "ADD --checksum=sha256:0 --keep-git-dir --unpack=false --exclude=x --link u d",
     "ADD ['u'] -> 'd' checksum=sha256:0 link=true keep-git-dir=true unpack=false exclude=x"},
    {"P15 flags of RUN", "RUN --network=none --security=insecure --device=a,required --device=b c",
     "RUN 'c' net=none insecure device=a,required device=b"},
    {"P15 a word that begins with one dash is no flag", "RUN -x --y", "RUN '-x --y'"},
    {"P16 ARG ignores flags", "ARG --foo a=1", "ARG a='1'"},
    {"P16 STOPSIGNAL ignores flags", "STOPSIGNAL --foo 9", "STOPSIGNAL '9'"},
    {"P17 JSON form", "RUN [ \"a\" , \"b c\" ]", "RUN ['a' 'b c']"},
    {"P17 JSON escapes", "CMD [\"a\\n\\u00e9\\ud83d\\ude00\", \"\\ud800\"]",
     "CMD ['a\\n\xc3\xa9\xf0\x9f\x98\x80' '\xef\xbf\xbd']"},
    {"P17 single quotes are the shell form", "RUN ['a', 'b']", "RUN '['a', 'b']'"},
    {"P17 invalid JSON is the shell form", "RUN [\"a\",]", "RUN '[\"a\",]'"},
    {"P17 text behind the array is the shell form", "CMD [\"a\"] b", "CMD '[\"a\"] b'"},
    {"P17 a test command", "RUN [ -f /x ] || true", "RUN '[ -f /x ] || true'"},
    {"P17 invalid JSON of COPY is a list of words", "COPY [a, b", "COPY ['[a,'] -> 'b'"},
    {"P17 JSON form of COPY", "COPY [\"a b\", \"c\", \"/d e\"]", "COPY ['a b' 'c'] -> '/d e'"},
    {"P17 empty array", "ENTRYPOINT []", "ENTRYPOINT []"},
    {"P17 empty CMD", "CMD", "CMD ''"},
    {"P17 SHELL", "SHELL [\"/bin/bash\", \"-c\"]", "SHELL ['/bin/bash' '-c']"},
    {"P17 JSON of VOLUME", "VOLUME [\"/a b\", \" /c \"]", "VOLUME ['/a b' '/c']"},
    {"P18 words between blanks, no quoting", "COPY \"a b\" c", "COPY ['\"a' 'b\"'] -> 'c'"},
    {"P18 tabs and other blanks", "EXPOSE 80\t81 \v 82", "EXPOSE ['80' '81' '82']"},
    {"P18 ENV keeps quotes and escapes", "ENV a=\"b c\" d='e f' g=h\\ i j=\"k\\\"l\"",
     "ENV 'a'='\"b c\"' 'd'=''e f'' 'g'='h\\ i' 'j'='\"k\\\"l\"'"},
    {"P18 an escape in single quotes is text", "ENV a='b\\' c=d", "ENV 'a'=''b\\'' 'c'='d'"},
    {"P18 quotes in the middle of a word", "ENV a=b\" c\"d", "ENV 'a'='b\" c\"d'"},
    {"P18 an escape at the very end is dropped", "ENV a=b c=d\\\\ \\\n", "ENV 'a'='b' 'c'='d\\\\'"},
    {"P19 old form", "ENV a b  c=d", "ENV (legacy) 'a'='b  c=d'"},
    {"P19 old form of LABEL", "LABEL a \"b c\"", "LABEL (legacy) 'a'='\"b c\"'"},
    {"P19 several pairs", "LABEL a=1 b=\"2\" c=", "LABEL 'a'='1' 'b'='\"2\"' 'c'=''"},
    {"P20 ARG forms", "ARG a b= c=d e=\"f g\"", "ARG a b='' c='d' e='\"f g\"'"},
    {"P21 WORKDIR takes the rest", "WORKDIR /a b  ", "WORKDIR '/a b'"},
    {"P21 USER", "USER a : b", "USER 'a : b'"},
    {"P21 MAINTAINER", "MAINTAINER A <a@b>", "MAINTAINER 'A <a@b>'"},
    {"P22 HEALTHCHECK shell form",
     "HEALTHCHECK --interval=5s --timeout=1m30s --retries=3 CMD curl x || exit 1",
     "HEALTHCHECK 'curl x || exit 1' interval=5000000000 timeout=90000000000 retries=3"},
    {"P22 HEALTHCHECK exec form", "HEALTHCHECK --start-period=0 --start-interval=500ms cmd [\"a\"]",
     "HEALTHCHECK ['a'] start-period=0 start-interval=500000000"},
    {"P22 HEALTHCHECK NONE", "HEALTHCHECK none", "HEALTHCHECK NONE"},
    {"P23 ONBUILD keeps the text", "ONBUILD  copy --from=a  b c", "ONBUILD 'copy --from=a  b c'"},
    {"R8 mounts", "RUN --mount=type=cache,target=/c --mount=from=a,target=/b x",
     "RUN 'x' mount(type=cache,target=/c) mount(from=a,target=/b)"},
};

TEST_CASE("instructions") {
  for (const Case& item : kCases) {
    CAPTURE(item.row);
    CHECK(dump(parse_dockerfile(std::string("FROM x\n") + item.text, "f")) ==
          std::string("FROM x\n") + item.expected + "\n");
  }
}

TEST_CASE("F1 FROM") {
  CHECK(dump(parse_dockerfile("FROM --platform=$BUILDPLATFORM a:b@sha256:0 aS Foo-1_x.y", "f")) ==
        "FROM a:b@sha256:0 platform=$BUILDPLATFORM as=foo-1_x.y\n");
  const Dockerfile file = parse_dockerfile("FROM a AS Foo\nFROM b", "f");
  CHECK(file.stages.at(0).name == "foo");
  CHECK(std::get<From>(file.stages.at(0).from.payload).name_as_written == "Foo");
  CHECK(file.stages.at(1).name.empty());
}

const Case kErrors[] = {
    {"P2 unknown instruction", "RUM a", "2:1+3 unknown instruction: RUM [did you mean 'RUN'?]"},
    {"P2 far from any", "FOOBAR a", "2:1+6 unknown instruction: FOOBAR"},
    {"P15 unknown flag", "COPY --form=a b c",
     "2:6+8 unknown flag for COPY: --form [did you mean '--from'?]"},
    {"P15 unknown flag, place behind a continuation", "COPY \\\n  --x a b",
     "3:3+3 unknown flag for COPY: --x"},
    {"P15 repeated flag", "COPY --from=a --from=b c d", "2:15+8 flag given twice: --from"},
    {"P15 missing value", "COPY --from c d", "2:6+6 missing a value on flag: --from"},
    {"P15 boolean with nothing", "COPY --link= c d", "2:6+7 missing a value on flag: --link"},
    {"P15 boolean with a word", "COPY --link=yes c d",
     "2:6+10 flag --link takes true or false, not 'yes'"},
    {"P15 no flags", "WORKDIR --x /a", "2:9+3 unknown flag for WORKDIR: --x"},
    {"P15 flags of COPY are not ADD's", "ADD --from=a b c", "2:5+8 unknown flag for ADD: --from"},
    {"P16 NONE takes nothing", "HEALTHCHECK NONE a", "2:18+1 HEALTHCHECK NONE takes no arguments"},
    {"P17 other than strings", "RUN [\"a\", 1]",
     "2:5+8 only string type is supported in the JSON form"},
    {"P17 nested arrays", "CMD [[\"a\"]]", "2:5+7 only string type is supported in the JSON form"},
    {"P17 SHELL needs JSON", "SHELL /bin/sh",
     "2:7+7 SHELL takes its arguments in JSON form [write SHELL [\"/bin/sh\", \"-c\"]]"},
    {"P17 RUN with nothing in it", "RUN []", "2:5+2 RUN needs a command"},
    {"P19 not all have =", "ENV a=b c",
     "2:9+1 cannot find '=' in 'c': it must be of the form name=value [quote a value that has "
     "blanks: name=\"a b\"]"},
    {"P20 ENV without a value", "ENV k",
     "2:5+1 ENV must have two arguments [write ENV name=value]"},
    {"P20 blank name", "ENV a=1 =b", "2:9+2 ENV names cannot be blank"},
    {"P20 blank name of LABEL", "LABEL =b", "2:7+2 LABEL names cannot be blank"},
    {"P20 blank name of ARG", "ARG =b", "2:5+2 ARG names cannot be blank"},
    {"P20 nothing", "ENV", "2:1+3 ENV needs at least one argument"},
    {"P20 ARG with nothing", "ARG", "2:1+3 ARG needs at least one argument"},
    {"P21 nothing", "WORKDIR", "2:1+7 WORKDIR needs exactly one argument"},
    {"P21 STOPSIGNAL with nothing", "STOPSIGNAL", "2:1+10 STOPSIGNAL needs exactly one argument"},
    {"P22 unknown type", "HEALTHCHECK RUN a",
     "2:13+3 unknown type 'RUN' in HEALTHCHECK [it must be CMD or NONE]"},
    {"P22 no command", "HEALTHCHECK CMD", "2:13+3 missing command after HEALTHCHECK CMD"},
    {"M5 a bad duration", "HEALTHCHECK --interval=5 CMD a",
     "2:13+12 invalid duration '5' [write a number and a unit: 30s, 1m30s, 500ms]"},
    {"M5 too short", "HEALTHCHECK --timeout=1us CMD a",
     "2:13+13 --timeout cannot be less than 1ms"},
    {"M5 negative", "HEALTHCHECK --retries=-1 CMD a", "2:13+12 --retries cannot be negative"},
    {"M5 no number", "HEALTHCHECK --retries=x CMD a", "2:13+11 --retries takes a number, not 'x'"},
    {"P23 ONBUILD ONBUILD", "ONBUILD ONBUILD RUN a", "2:9+7 ONBUILD ONBUILD is not allowed"},
    {"P23 ONBUILD FROM", "ONBUILD FROM a", "2:9+4 FROM is not allowed as an ONBUILD trigger"},
    {"P23 ONBUILD MAINTAINER", "ONBUILD maintainer a",
     "2:9+10 MAINTAINER is not allowed as an ONBUILD trigger"},
    {"P23 the trigger must parse", "ONBUILD COPI a b",
     "2:9+4 unknown instruction: COPI [did you mean 'COPY'?]"},
    {"P23 nothing", "ONBUILD", "2:1+7 ONBUILD needs exactly one argument"},
    {"F1 two words", "FROM a b",
     "2:6+3 FROM needs either one argument or three [write FROM image or FROM image AS name]"},
    {"F1 no AS", "FROM a is b",
     "2:6+6 FROM needs either one argument or three [write FROM image or FROM image AS name]"},
    {"F1 a bad name", "FROM a AS 1b",
     "2:11+2 invalid name for a build stage: '1b' [a name begins with a letter and has letters, "
     "digits, '-', '_' and '.']"},
    {"C1 one argument", "COPY a", "2:6+1 COPY needs at least two arguments: what, and where to"},
    {"H1 a heredoc as destination", "COPY a <<E\nE",
     "2:8+3 a heredoc cannot be the destination of COPY"},
    {"H3 unterminated", "COPY <<EOF /a\nx\nEOF2\n",
     "2:6+5 unterminated heredoc [end it with a line that holds only EOF]"},
    {"R14 network", "RUN --network=hots a",
     "2:5+14 invalid --network 'hots' [did you mean 'host'?]"},
    {"R15 security", "RUN --security=no a",
     "2:5+13 invalid --security 'no' [known are: sandbox, insecure]"},
    {"R13 an unknown option", "RUN --mount=type=cache,tarjet=/x a",
     "2:5+28 unknown mount option 'tarjet' in 'tarjet=/x' [did you mean 'target'?]"},
    {"EXPOSE with nothing", "EXPOSE", "2:1+6 EXPOSE needs at least one argument"},
    {"M7 VOLUME with nothing in it", "VOLUME [\" \"]", "2:8+5 VOLUME cannot be an empty string"},
    {"columns are characters", "ENV \xc3\xa9=1 b",
     "2:9+1 cannot find '=' in 'b': it must be of the form name=value [quote a value that has "
     "blanks: name=\"a b\"]"},
};

// security.D11
TEST_CASE("errors name their place") {
  for (const Case& item : kErrors) {
    CAPTURE(item.row);
    CHECK(error_of(std::string("FROM x\n") + item.text) == item.expected);
  }
}

TEST_CASE("P16 flags without effect are remarked") {
  const Dockerfile file =
      parse_dockerfile("FROM x\nARG --a b\nHEALTHCHECK --interval=1s NONE\nARG c\n", "f");
  REQUIRE(file.warnings.size() == 2);
  CHECK(file.warnings[0].rule == "IgnoredFlag");
  CHECK(file.warnings[1].where.first_line == 3);
}

TEST_CASE("a zero byte is refused where it stands") {
  const std::string text("FROM x\n# \0\nENV a=b \\\n  c=d\0e\n", 29);
  try {
    static_cast<void>(parse_dockerfile(text, "f"));
    FAIL("accepted");
  } catch (const base::Error& error) {
    CHECK(error.cause() == "ENV holds a zero byte");
    REQUIRE(error.spot());
    CHECK(error.spot()->line == 4);
    CHECK(error.spot()->column == 6);
  }
}

TEST_CASE("P23 triggers of an image") {
  CHECK(dump(parse_trigger("COPY <<E /x\nhi\nE", "base:1")) == "COPY [] -> '/x' <<E'hi\\n'");
  CHECK(dump(parse_trigger("RUN a", "base:1")) == "RUN 'a'");
  for (const char* text :
       {"FROM a", "ONBUILD ONBUILD RUN a", "ONBUILD MAINTAINER a", "", "RUN a\nRUN b"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(parse_trigger(text, "base:1")), base::Error);
  }
}

TEST_CASE("durations") {
  CHECK(parse_duration("1h2m3.5s") == 3'723'500'000'000);
  CHECK(parse_duration("-1ms") == -1'000'000);
  CHECK(parse_duration("1.5\xc2\xb5s") == 1500);
  CHECK(parse_duration(".5s") == 500'000'000);
  CHECK(parse_duration("0") == 0);
  for (const char* text : {"", "1", "s", "1d", "1s2", "9999999999999h", "1.s.", ". s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

}  // namespace
}  // namespace cooper::dockerfile
