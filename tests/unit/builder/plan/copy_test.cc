// Rows C1-C21, H5: sources, destination and flags of COPY and ADD.
#include <doctest/doctest.h>

#include "builder/plan/copy_plan.h"
#include "plan_case.h"

namespace cooper::plan {

using Kind = CopySource::Kind;

namespace {

CopyOp copy_of(const std::string& instructions) {
  PlanCase test("FROM a\n" + instructions + "\n");
  return last_copy(test.plan());
}

std::string copy_error(const std::string& instructions) {
  PlanCase test("FROM a\n" + instructions + "\n");
  return test.error();
}

}  // namespace

TEST_CASE("C3 destinations: joined with WORKDIR, a trailing slash stays") {
  struct Row {
    const char* written;
    const char* workdir;
    const char* result;
  };
  const std::vector<Row> rows = {
      {"/a/b", "/w", "/a/b"},   {"b", "/w", "/w/b"},        {"b/", "/w", "/w/b/"},
      {".", "/w", "/w/"},       {"./", "/w", "/w/"},        {"", "/w", "/w/"},
      {".", "/", "/"},          {"/", "/w", "/"},           {"/a/.", "/w", "/a/"},
      {"../x", "/w/v", "/w/x"}, {"../../../x", "/w", "/x"}, {"//a//b//", "/", "/a/b/"}};
  for (const Row& row : rows) {
    CAPTURE(row.written);
    CHECK(absolute_destination(row.written, row.workdir) == row.result);
  }
}

TEST_CASE("C1 only the written slash makes the destination a directory") {
  CHECK(copy_of("COPY a b /d").destination == "/d");
  CHECK(copy_of("COPY a b /d/").destination == "/d/");
  CHECK(copy_of("COPY *.jar /app.jar").destination == "/app.jar");
  CHECK(copy_of("WORKDIR /w\nCOPY a b .").destination == "/w/");
  CHECK(copy_of("COPY a <<b /d\nb").destination == "/d");
}

TEST_CASE("C2 sources stay as written, variables expanded") {
  const CopyOp op = copy_of("ENV V=8\nCOPY ../x-$V/ /b /d/");
  REQUIRE(op.sources.size() == 2);
  CHECK(op.sources[0] == CopySource{Kind::path, "../x-8/", ""});
  CHECK(op.from == Input(ContextInput{0}));
}

TEST_CASE("C11, C12 owner and mode") {
  const CopyOp op = copy_of("ENV U=www-data\nARG M=640\nCOPY --chown=$U:$U --chmod=$M a /b");
  CHECK(op.chown == "www-data:www-data");
  CHECK(op.chmod == "640");
  for (const char* good :
       {"0", "7777", "0755", "u=rwX,go=rX", "+x", "g=u", "a-w", "u+s,o=", "ug+rw-x"}) {
    CAPTURE(good);
    CHECK(is_mode(good));
  }
  for (const char* bad : {"", "8", "10000", "u", "rwx", "u=rwq", "u=r,", ",u=r", "0x1"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_mode(bad));
  }
  CHECK(copy_error("COPY --chmod=999 a /b").starts_with("2: read --chmod '999'"));
}

TEST_CASE("C14, C15, C16 flags") {
  const CopyOp op = copy_of("COPY --link --parents --exclude=*.md --exclude=$x a/./b /d/");
  CHECK(op.link);
  CHECK(op.parents);
  CHECK(op.excludes == std::vector<std::string>{"*.md", "$x"});
  CHECK_FALSE(op.add);
  CHECK_FALSE(op.unpack.has_value());
}

TEST_CASE("C18, C19 kinds of sources") {
  struct Row {
    const char* source;
    Kind kind;
  };
  const std::vector<Row> rows = {{"a/b", Kind::path},
                                 {"http://x/a.tgz", Kind::http},
                                 {"https://x/a.git.tgz", Kind::http},
                                 {"https://x/y.git", Kind::git},
                                 {"https://x/y.git#v1:sub", Kind::git},
                                 {"https://x/y.git?ref=v1", Kind::git},
                                 {"git://x/y", Kind::git},
                                 {"ssh://git@x/y", Kind::git},
                                 {"git@github.com:a/b.git", Kind::git},
                                 {"github.com/a/b", Kind::path},
                                 {"a@b", Kind::path},
                                 {"dir/a@b:c", Kind::path},
                                 {"C:/x", Kind::path}};
  for (const Row& row : rows) {
    CAPTURE(row.source);
    CHECK(source_kind(row.source) == row.kind);
  }
  const CopyOp op = copy_of(
      "ADD --checksum=sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef "
      "https://x/f /d/");
  CHECK(op.add);
  CHECK(op.sources.front().kind == Kind::http);
  CHECK(copy_of("ADD --keep-git-dir=true --unpack=false https://x/y.git /d").keep_git_dir);
}

TEST_CASE("C18 checksums are for one remote source") {
  const std::string sum = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
  CHECK(copy_error("ADD --checksum=" + sum + " local /d").find("only the source http(s) or git") !=
        std::string::npos);
  CHECK(copy_error("ADD --checksum=" + sum + " https://x/a https://x/b /d/").find("exactly one") !=
        std::string::npos);
  CHECK(copy_error("ADD --checksum=md5:1 https://x/a /d").find("not sha256:") != std::string::npos);
}

TEST_CASE("C21 COPY takes no URL and no repository") {
  CHECK(copy_error("COPY https://x/a /d") == "2: copy 'https://x/a': COPY takes no URL | ADD does");
  CHECK(copy_error("COPY git@x:y /d") ==
        "2: copy 'git@x:y': COPY takes no git repository | ADD does");
}

TEST_CASE("H5 here-document files") {
  const CopyOp op = copy_of("ENV V=1\nCOPY <<one <<'two' x /d/\n\"$V\" \\$V\none\n$V\ntwo");
  REQUIRE(op.sources.size() == 3);
  CHECK(op.sources[0] == CopySource{Kind::path, "x", ""});
  CHECK(op.sources[1] == CopySource{Kind::inline_file, "one", "\"1\" $V\n"});
  CHECK(op.sources[2] == CopySource{Kind::inline_file, "two", "$V\n"});
}

TEST_CASE("a COPY without paths does not read the context") {
  CHECK(copy_of("COPY <<a /d\na").from == Input(EmptyInput{}));
  CHECK(copy_of("ADD https://x/a /d").from == Input(EmptyInput{}));
  CHECK(copy_of("COPY <<a b /d/\na").from == Input(ContextInput{0}));
}

TEST_CASE("K9 expanded values are part of what a step is") {
  PlanCase test("FROM a\nARG V\nCOPY a-$V /d\nWORKDIR /w\n");
  test.request().build_args = {{"V", "1"}};
  test.add_request("two").build_args = {{"V", "2"}};
  test.add_request("same").build_args = {{"V", "1"}};
  const Plan plan = test.plan();
  CHECK(plan.graph.steps.size() == 5);
  CHECK(plan.graph.targets[0].result == plan.graph.targets[2].result);
}

}  // namespace cooper::plan
