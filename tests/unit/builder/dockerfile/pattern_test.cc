// Rows C5, I2, I3, I5: path patterns and ignore rules.
#include "builder/dockerfile/pattern.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "builder/dockerfile/glob.h"

namespace cooper::dockerfile {
namespace {

struct MatchCase {
  const char* pattern;
  const char* path;
  bool matches;
};

const MatchCase kMatches[] = {
    {"abc", "abc", true},
    {"*", "abc", true},
    {"*c", "abc", true},
    {"a*", "a", true},
    {"a*", "ab/c", false},
    {"a*/b", "abc/b", true},
    {"a*/b", "a/c/b", false},
    {"a*b*c*d*e*/f", "axbxcxdxe/f", true},
    {"a*b*c*d*e*/f", "axbxcxdxexxx/fff", false},
    {"a*b?c*x", "abxbbxdbxebxczzx", true},
    {"a*b?c*x", "abxbbxdbxebxczzy", false},
    {"ab[c]", "abc", true},
    {"ab[b-d]", "abc", true},
    {"ab[e-g]", "abc", false},
    {"ab[^c]", "abc", false},
    {"ab[^b-d]", "abe", true},
    {"a\\*b", "a*b", true},
    {"a\\*b", "ab", false},
    {"a?b",
     "a\xe2\x98\xba"
     "b",
     true},
    {"a[^a]b",
     "a\xe2\x98\xba"
     "b",
     true},
    {"a???b",
     "a\xe2\x98\xba"
     "b",
     false},
    {"[a-\xce\xb6]*", "\xce\xb1", true},
    {"a?b", "a/b", false},
    {"a*b", "a/b", false},
    {"[\\]a]", "]", true},
    {"[\\-]", "-", true},
    {"[x\\-]", "x", true},
    {"**", "a/b", false},
    {"*x", "xxx", true},
    {"", "", true},
    {"", "a", false},
    {"*", "", true},
    {"a\\\\b", "a\\b", true},
    {"*.go", ".go", true},
};

TEST_CASE("C5 path patterns") {
  for (const MatchCase& item : kMatches) {
    CAPTURE(item.pattern);
    CAPTURE(item.path);
    CHECK(match_path(item.pattern, item.path) == item.matches);
  }
  for (const char* pattern :
       {"[", "[a", "[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "a[", "\\", "[^", "[^bc", "a\\"}) {
    CAPTURE(pattern);
    CHECK_THROWS_AS(static_cast<void>(match_path(pattern, "a")), base::Error);
  }
}

TEST_CASE("literal parts of a pattern") {
  CHECK(has_wildcards("a?b"));
  CHECK_FALSE(has_wildcards("a/b.c"));
  CHECK_FALSE(has_wildcards("a\\b\\*"));
  CHECK(has_wildcards("a\\b*"));
}

struct IgnoreCase {
  const char* row;
  const char* rules;
  const char* path;
  bool ignored;
};

const IgnoreCase kIgnore[] = {
    {"I2 comment", "#a\n", "#a", false},
    {"I2 a comment only in the first column", " #a\n", "#a", true},
    {"I2 trimmed", "  a  \r\n", "a", true},
    {"I2 byte order mark",
     "\xef\xbb\xbf"
     "a\n",
     "a", true},
    {"I2 cleaned", "./a/../b//c/\n", "b/c", true},
    {"I2 a leading slash is dropped", "/a\n", "a", true},
    {"I2 blanks behind !", "a*\n!  ab\n", "ab", false},
    {"I2 ! and a slash", "*\n!/a\n", "a", false},
    {"I3 *", "*.c\n", "a.c", true},
    {"I3 * stays in a component", "*.c\n", "d/a.c", false},
    {"I3 one level", "*/*.c\n", "d/a.c", true},
    {"I3 ?", "a?\n", "ab", true},
    {"I3 class", "a[b-d]\n", "ac", true},
    {"I3 negated class", "a[^b-d]\n", "ac", false},
    {"I3 escape", "a\\*\n", "a*", true},
    {"I3 escape", "a\\*\n", "ab", false},
    {"I3 a parent", "a\n", "a/b/c", true},
    {"I3 a parent by wildcard", "a*\n", "ab/c", true},
    {"I3 not a prefix", "a\n", "ab", false},
    {"I3 ** in front", "**/a\n", "x/y/a", true},
    {"I3 ** in front is also nothing", "**/a\n", "a", true},
    {"I3 ** in front and wildcards", "**/*.c\n", "x/a.c", true},
    {"I3 ** in front and wildcards, at the root", "**/*.c\n", "a.c", true},
    {"I3 ** in front, text", "**a\n", "x/ba", true},
    {"I3 ** at the end", "a/**\n", "a/b/c", true},
    {"I3 ** at the end does not match the directory", "a/**\n", "a", false},
    {"I3 ** in the middle", "a/**/b\n", "a/x/y/b", true},
    {"I3 ** in the middle is also nothing", "a/**/b\n", "a/b", true},
    {"I3 ** in the middle", "a/**/b\n", "a/xb", false},
    {"I3 ** alone", "**\n", "a/b", true},
    {"I3 ** twice", "**/a/**/b\n", "x/a/y/z/b", true},
    {"I3 ** inside a component", "a**/b\n", "ab", true},
    {"I3 ** inside a component", "a**/b\n", "axx/b", true},
    {"I3 ** behind any start", "**/a**/b\n", "ax/ab", true},
    {"I3 the last match wins", "a\n!a\na\n", "a", true},
    {"I3 the last match wins", "a\n!a\n", "a", false},
    {"I3 re-included below an ignored directory", "a\n!a/b\n", "a/b", false},
    {"I3 the rest of it stays ignored", "a\n!a/b\n", "a/c", true},
    {"I3 and below the re-included", "a\n!a/b\n", "a/b/c", false},
    {"I3 ignored again", "a\n!a/b\na/b/c\n", "a/b/c", true},
    {"I3 everything but one", "*\n!*.md\n", "x.md", false},
    {"I3 everything but one", "*\n!*.md\n", "d/x.md", true},
    {"I3 everything but by **", "**\n!**/*.md\n", "d/x.md", false},
    {"I3 a re-inclusion before", "!a\na\n", "a", true},
    {"I3 a matching directory is not asked twice", "a\n!a/b\na*\n", "a/b", false},
    {"I5 relative to the root", "b\n", "a/b", false},
    {"I3 a dot", ".\n", "a", false},
    {"I3 dots are text", "a.c\n", "abc", false},
};

TEST_CASE("ignore rules") {
  for (const IgnoreCase& item : kIgnore) {
    CAPTURE(item.row);
    CAPTURE(item.rules);
    CAPTURE(item.path);
    CHECK(IgnoreRules::parse(item.rules, ".dockerignore").ignores(item.path) == item.ignored);
  }
}

TEST_CASE("I2 errors name file and line") {
  const auto spot_of_rules = [](const char* rules) {
    try {
      static_cast<void>(IgnoreRules::parse(rules, ".dockerignore"));
    } catch (const base::Error& error) {
      return std::to_string(error.spot()->line) + ":" + std::to_string(error.spot()->column) + " " +
             error.cause();
    }
    return std::string("no error");
  };
  CHECK(spot_of_rules("a\n  !\n") == "2:3 '!' alone excludes nothing");
  CHECK(spot_of_rules("a\n\nb[\n") == "3:1 a character class is not finished");
}

TEST_CASE("what may be below an ignored directory") {
  const auto below = [](const char* rules, const char* directory) {
    return IgnoreRules::parse(rules, "f").may_contain_included(directory);
  };
  CHECK_FALSE(below("a\n", "a"));
  CHECK(below("a\n!a/b\n", "a"));
  CHECK_FALSE(below("a\n!a/b\n", "a/c"));
  CHECK_FALSE(below("a\n!a/b\n", "c"));
  CHECK(below("*\n!a/*/c\n", "a/x"));
  CHECK_FALSE(below("*\n!a/*/c\n", "a/x/y"));
  CHECK(below("*\n!**/x\n", "a/b/c"));
  CHECK(below("*\n!a/**\n", "a/b/c"));
  CHECK_FALSE(below("*\n!a/**\n", "b"));
}

TEST_CASE("C16 rules from flags, and their canonical text") {
  const IgnoreRules rules = IgnoreRules::from_patterns({" a/ ", "", "!a//b", "/c"});
  CHECK(rules.patterns() == std::vector<std::string>{"a", "!a/b", "/c"});
  CHECK_FALSE(rules.ignores("c"));
  CHECK(rules.ignores("a/x"));
  CHECK_FALSE(rules.ignores("a/b"));
  CHECK(IgnoreRules().empty());
  CHECK_FALSE(IgnoreRules().ignores("a"));
}

TEST_CASE("a walk gives what single questions give") {
  const IgnoreRules rules = IgnoreRules::parse("a\n!a/b\na*\n**/c\n!x/**/c/d\n", "f");
  for (const char* path : {"a/b/c", "a/b/d", "x/y/c/d", "x/c", "ab/c"}) {
    CAPTURE(path);
    IgnoreRules::Found found;
    const std::string_view text(path);
    for (std::size_t end = text.find('/'); end != std::string_view::npos;
         end = text.find('/', end + 1)) {
      found = rules.match(text.substr(0, end), found);
    }
    CHECK(rules.match(text, found).ignored == rules.ignores(path));
  }
}

// security.D17
TEST_CASE("no pattern takes long") {
  std::string stars, globs;
  for (int i = 0; i < 1000; ++i) {
    stars += "a*";
    globs += "**/a*/";
  }
  std::string deep;
  for (int i = 0; i < 1500; ++i) deep += "a/";
  CHECK_FALSE(match_path(stars + "b", std::string(4000, 'a')));
  CHECK_FALSE(Glob::compile(globs + "b", Glob::Syntax::ignore).matches(deep + "c"));
  CHECK(Glob::compile(globs + "b", Glob::Syntax::ignore).matches(deep + "b"));
}

}  // namespace
}  // namespace cooper::dockerfile
