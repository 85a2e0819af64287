// Rows V1 to V4, V8, V9: one word and its variables.
#include "builder/dockerfile/expand.h"

#include <doctest/doctest.h>

#include <map>

#include "base/error.h"

namespace cooper::dockerfile {
namespace {

std::optional<std::string> value_of(std::string_view name) {
  static const std::map<std::string, std::string, std::less<>> kValues{
      {"a", "1"},
      {"empty", ""},
      {"path", "/usr/lib/x.tar.gz"},
      {"sp", " x  y "},
      {"q", "\"'$a"},
      {"star", "a*b?c\\d"},
      {"u", "\xc3\xa9t\xc3\xa9"},
      {"bad",
       "x\xff"
       "y"},
      {"_b2", "two"},
      {"1", "no"},
      {"slash", "a/b/c"},
      {"many", "aaaa"}};
  const auto found = kValues.find(name);
  if (found == kValues.end() || name == "1") return std::nullopt;
  return found->second;
}

std::string result_of(std::string_view word, char escape = '\\', Quotes quotes = Quotes::process) {
  try {
    return expand(word, value_of, escape, quotes).text;
  } catch (const base::Error& error) {
    return "error: " + error.cause();
  }
}

struct Case {
  const char* row;
  const char* word;
  const char* expected;
};

const Case kCases[] = {
    {"V1 plain", "x$a y", "x1 y"},
    {"V1 braces", "x${a}y", "x1y"},
    {"V1 names", "$_b2-$a2", "two-"},
    {"V1 a name ends at other characters", "$a.$a/$a", "1.1/1"},
    {"V1 numbers are names that are not set", "a$1b$12c", "abc"},
    {"V1 special names", "[$@$*$#$?$-$$$!$0]", "[]"},
    {"V1 a lone dollar", "$ a$ $.b $", "$ a$ $.b $"},
    {"V2 default", "${x:-d} ${empty:-d} ${a:-d}", "d d 1"},
    {"V2 default without colon", "${x-d} ${empty-d} ${a-d}", "d  1"},
    {"V2 alternative", "${x:+d} ${empty:+d} ${a:+d}", "  d"},
    {"V2 alternative without colon", "${x+d} ${empty+d} ${a+d}", " d d"},
    {"V2 nested", "${x:-${y:-$a}z}", "1z"},
    {"V2 quotes inside", "${x:-\"a}b\"} ${x:-'$a'}", "a}b $a"},
    {"V2 an escaped brace", "${x:-a\\}b}", "a}b"},
    {"V2 required", "${a:?no} ${a?no} ${empty?no}", "1 1 "},
    {"V2 required and unset", "${x:?give it}", "error: x: give it"},
    {"V2 required and unset, no message", "${x?}", "error: x: is not allowed to be unset"},
    {"V2 required and empty", "${empty:?}", "error: empty: is not allowed to be empty"},
    {"V3 shortest prefix", "${path#*/} ${path#/usr} ${path#x}",
     "usr/lib/x.tar.gz /lib/x.tar.gz /usr/lib/x.tar.gz"},
    {"V3 longest prefix", "${path##*/}", "x.tar.gz"},
    {"V3 shortest suffix", "${path%.*}", "/usr/lib/x.tar"},
    {"V3 longest suffix", "${path%%.*}", "/usr/lib/x"},
    {"V3 question mark", "${u#?} ${u%?} ${bad#x?}", "t\xc3\xa9 \xc3\xa9t y"},
    {"V3 a pattern that matches all", "[${path#*}] [${path##*}] [${path%%*}]",
     "[/usr/lib/x.tar.gz] [] []"},
    {"V3 stars in the middle", "${path##/*r*.} ${path%.*g*}", "gz /usr/lib/x.tar"},
    {"V3 replace first", "${slash/\\//-}", "a-b/c"},
    {"V3 replace all", "${slash//\\//-}", "a-b-c"},
    {"V3 replace longest", "${slash/b*/x}", "a/x"},
    {"V3 replace with nothing", "${many//a/}", ""},
    {"V3 replace one character each", "${many//?/xy}", "xyxyxyxy"},
    {"V3 replace everything", "${many//*/x} [${empty//*/x}]", "x [x]"},
    {"V3 an empty pattern",
     "${a//"
     "/x}",
     "x1x"},
    {"V3 escaped wildcards", "${star#a\\*} ${star/\\?/-} ${star/\\\\/_}",
     "b?c\\d a*b-c\\d a*b?c_d"},
    {"V3 brackets are text", "${slash/[ab]/x}", "a/b/c"},
    {"V3 variables in pattern and replacement", "${slash/$empty\\//${a}}", "a1b/c"},
    {"V3 the replacement is no template", "${many/a/$a\\1}", "1\\1aaa"},
    {"V3 a bad escape", "${a#\\x}", "error: only \\* \\? \\\\ \\/ \\} can be escaped in a pattern"},
    {"V3 unsupported modifiers", "${a:#x}", "error: unsupported modifier (:#) in substitution"},
    {"V3 unsupported modifiers", "${a:%x}", "error: unsupported modifier (:%) in substitution"},
    {"V3 unsupported modifiers", "${a:/x/y}", "error: unsupported modifier (:/) in substitution"},
    {"V3 unsupported modifiers", "${a^^}", "error: unsupported modifier (^) in substitution"},
    {"V3 unsupported modifiers", "${a:1}", "error: unsupported modifier (:1) in substitution"},
    {"V3 no replacement", "${a/x}", "error: syntax error: missing '/' in ${}"},
    {"V4 nothing inside", "${}", "error: syntax error: bad substitution"},
    {"V4 no name", "${:-x}", "error: syntax error: bad substitution"},
    {"V4 braces inside", "${{a}}", "error: syntax error: bad substitution"},
    {"V4 unterminated", "${", "error: syntax error: missing '}'"},
    {"V4 unterminated", "${a", "error: syntax error: missing '}'"},
    {"V4 unterminated", "${a:", "error: syntax error: missing '}'"},
    {"V4 unterminated", "${a:-x", "error: syntax error: missing '}'"},
    {"V4 unterminated", "${a/x/y", "error: syntax error: missing '}'"},
    {"V4 single quotes", "'$a \\'x", "$a \\x"},
    {"V4 double quotes", "\"$a 'b'\"", "1 'b'"},
    {"V4 escapes in double quotes", "\"\\$a \\\" \\\\ \\n\"", "$a \" \\ \\n"},
    {"V4 an escaped dollar", "\\$a \\\\$a \\n", "$a \\1 n"},
    {"V4 an escape at the end", "a\\", "a"},
    {"V4 open quotes", "'a", "error: a single quote is not closed"},
    {"V4 open quotes", "\"a", "error: a double quote is not closed"},
    {"V4 values are not looked at again", "$q", "\"'$a"},
    {"V8 unset is empty", "[$nope]", "[]"},
};

TEST_CASE("expansion of a word") {
  for (const Case& item : kCases) {
    CAPTURE(item.row);
    CAPTURE(item.word);
    CHECK(result_of(item.word) == item.expected);
  }
}

TEST_CASE("V4 the escape character follows the directive") {
  CHECK(result_of("`$a \\$a", '`') == "$a \\1");
  CHECK(result_of("\"`\"`$a\"", '`') == "\"$a");
}

TEST_CASE("H5 raw mode: quotes stay") {
  CHECK(result_of("'$a' \"$a\" \\$a it's\n", '\\', Quotes::keep) == "'1' \"1\" $a it's\n");
}

TEST_CASE("V8 names that were looked up") {
  const Expansion expansion = expand("$a ${x:-$y} $a $empty", value_of, '\\');
  CHECK(expansion.used == std::vector<std::string>{"a", "empty"});
  CHECK(expansion.unset == std::vector<std::string>{"x", "y"});
}

TEST_CASE("V9 words after expansion") {
  using Words = std::vector<std::string>;
  CHECK(expand_words("$sp 80", value_of, '\\') == Words{"x", "y", "80"});
  CHECK(expand_words("a${sp}b", value_of, '\\') == Words{"a", "x", "y", "b"});
  CHECK(expand_words("\"$sp\" a\\ b 'c d'", value_of, '\\') == Words{" x  y ", "a b", "c d"});
  CHECK(expand_words("$nope $empty", value_of, '\\').empty());
}

// security.D20
TEST_CASE("limits") {
  std::string deep;
  for (int i = 0; i < 101; ++i) deep += "${x:-";
  CHECK(result_of(deep + "y" + std::string(101, '}')) == "error: braces nested deeper than 100");
  CHECK(result_of(deep.substr(5) + "y" + std::string(100, '}')) == "y");
  const std::string large(1 << 20, 'v');
  const Lookup big = [&large](std::string_view) { return large; };
  std::string word;
  for (int i = 0; i < 100; ++i) word += "$v";
  CHECK_THROWS_AS(static_cast<void>(expand(word, big, '\\')), base::Error);
  CHECK_THROWS_AS(static_cast<void>(expand("${v//?/$v}", big, '\\')), base::Error);
}

}  // namespace
}  // namespace cooper::dockerfile
