// Expressions and functions: their values are those that buildx gives.
#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "evaluate_text.h"

namespace cooper::hcl {
namespace {

// A line with an expression, then one with its value as JSON or "error".
TEST_CASE("values agree with buildx") {
  std::ifstream file(COOPER_TEST_DATA "/hcl/expressions.txt", std::ios::binary);
  REQUIRE(file.good());
  std::string expression, value;
  int count = 0;
  while (std::getline(file, expression) && std::getline(file, value)) {
    CAPTURE(expression);
    const std::string expected = value.substr(2);
    const std::string made = evaluate_text(expression);
    if (expected == "error") {
      CHECK(made.starts_with("1:"));
    } else {
      CHECK(made == expected);
    }
    ++count;
  }
  CHECK(count > 200);
}

struct Case {
  const char* text;
  const char* expected;
};

const Case kDiffering[] = {
    {"divide(1, 3)", "0.333333333333333333"},  // go-cty has 155 digits
    {"length({a = 1})", "1"},                  // go-cty wants a map here
    {"index({a = \"x\"}, \"a\")", "\"x\""},
    {"byteslen(\"h\xc3\xa4\")", "3"},
    {"-0", "0"},
};

TEST_CASE("where values differ from buildx") {
  for (const Case& item : kDiffering) {
    CAPTURE(std::string(item.text));
    CHECK(evaluate_text(item.text) == item.expected);
  }
}

TEST_CASE("time, chance and the home directory are values") {
  const Facts facts{1'700'000'000, "/home/x", "0123456789abcdef"};
  CHECK(evaluate_text("timestamp()", facts) == "\"2023-11-14T22:13:20Z\"");
  CHECK(evaluate_text("homedir()", facts) == "\"/home/x\"");
  CHECK(evaluate_text("uuidv4() == uuidv4()", facts) == "false");
  CHECK(evaluate_text("uuidv4()", facts) == evaluate_text("uuidv4()", facts));
  CHECK(evaluate_text("regex(\"^[0-9a-f-]{14}4[0-9a-f]{3}-[89ab]\", uuidv4()) != \"\"", facts) ==
        "true");
}

const Case kErrors[] = {
    {"1 +", "1:4 expected a value, but the text ends here"},
    {"[1, 2", "1:6 expected ']' or ',' in a list"},
    {"{a 1}",
     "1:2 expected '=' or ':' after the key 'a' [write (expression) for a key that is not a "
     "plain name]"},
    {"{a = 1 b = 2}", "1:8 expected ',' or a new line or '}' in an object"},
    {"nope", "1:1 there is no variable 'nope'"},
    {"upper()", "1:1 upper() takes 1 argument, not 0"},
    {"join()", "1:1 join() takes at least 1 arguments, not 0"},
    {"uper(\"a\")", "1:1 there is no function 'uper' [did you mean 'upper'?]"},
    {"upper([])", "1:1 upper(): argument 1 must be a text, not a list"},
    {"upper(null)", "1:1 upper(): argument 1 must not be null"},
    {"bcrypt(\"x\")", "1:1 bcrypt(): this function is not supported: bake files hold no secrets"},
    {"a::b()", "1:1 functions in namespaces are not supported"},
    {"list[2]", "1:5 there is no index 2 in a list of 2"},
    {"list.a", "1:6 a list has no attribute 'a'"},
    {"{abc = 1}.abd", "1:11 there is no key 'abd' in this object [did you mean 'abc'?]"},
    {"\"x${null}\"", "1:5 this is null and cannot be part of a text [give it a value]"},
    {"\"x${list}\"",
     "1:5 'list' is a list and cannot be part of a text [jsonencode() makes a text]"},
    {"\"a", "1:1 a string is not closed"},
    {"\"a\nb\"", "1:3 a string ends with its line [write \\n, or use a heredoc (<<EOT)]"},
    {"\"\\x\"", "1:2 an unknown escape in a string"},
    {"\"${1\"", "1:5 expected '}' at the end of a template"},
    {"\"%{if true}x\"", "1:2 '%{if' without '%{endif}'"},
    {"\"%{endif}\"", "1:2 a template directive ends what does not begin"},
    {"\"%{while}\"",
     "1:4 unknown directive 'while' after '%{' [known are if, else, endif, for and "
     "endfor; write %%{ for a plain %{]"},
    {"<<EOT\nx\n", "1:1 the heredoc is not closed by a line 'EOT'"},
    {"<<-\n", "1:1 expected a marker and a new line after '<<' [write <<EOT]"},
    {"/* x", "1:1 a comment is not closed"},
    {"1 / 0", "1:3 division by zero"},
    {"1e99 * 1e99", "1:6 the result is too large [1e100 is the limit]"},
    {"1e999", "1:1 the number is too large [1e100 is the limit]"},
    {"\"a\" + 1", "1:5 '+' needs numbers, not a string"},
    {"!\"a\"", "1:1 '!' needs true or false, not a string"},
    {"two ? 1 : 2", "1:1 a condition must be true or false, not a number"},
    {"true ? [] : \"a\"", "1:6 the two results must be of one type, not a list and a string"},
    {"[for x in 1 : x]", "1:11 'for' needs a list or an object, not a number"},
    {"{for x in list : \"k\" => x}",
     "1:18 the key 'k' is made twice ['...' behind the value groups values of one key]"},
    {"[for x list : x]", "1:8 expected 'in' after the names of 'for'"},
    {"max(two...)", "1:5 '...' needs a list, not a number"},
    {"convert([], string)", "1:1 convert() does not work: a string is required, not a list"},
    {"convert(\"x\", strng)",
     "1:14 there is no type 'strng' [types are any, string, number, bool, "
     "list(TYPE), set(TYPE), map(TYPE), tuple([TYPE, ...]) and object({NAME "
     "= TYPE, ...})]"},
    {"try(nope, nope.x)", "1:1 no argument of try() works: there is no variable 'nope'"},
    {"regex(\"(\", \"x\")", "1:1 regex(): the pattern cannot be read: missing ): ("},
    {"regex(\"x\", \"y\")", "1:1 regex(): the pattern matches no part of the text"},
    {"format(\"%d\", \"x\")", "1:1 format(): %d needs a number, not a string"},
    {"format(\"%s\")", "1:1 format(): there is no value for the verb %s"},
    {"format(\"x\", 1)", "1:1 format(): there are 1 values for 0 verbs"},
    {"formatdate(\"Q\", \"2018-01-02T23:12:01Z\")", "1:1 formatdate(): there is no verb 'Q'"},
    {"formatdate(\"D\", \"2018-02-30T23:12:01Z\")",
     "1:1 formatdate(): '2018-02-30T23:12:01Z' is no time of RFC 3339 (2026-01-31T23:59:59Z)"},
    {"timeadd(\"2018-01-02T23:12:01Z\", \"1x\")",
     "1:1 timeadd(): '1x' is no duration (1h30m, -10s)"},
    {"semvercmp(\"1.2\", \">>1\")", "1:1 semvercmp(): '>>1' is no constraint on versions"},
    {"jsondecode(\"{\")", "1:1 jsondecode(): argument 1 is not JSON: expected a key in quotes"},
    {"csvdecode(\"a,a\\n1,2\")", "1:1 csvdecode(): a column's name is there twice"},
    {"cidrhost(\"fd00::/8\", 1)", "1:1 cidrhost(): IPv6 is not supported"},
    {"cidrsubnet(\"10.0.0.0/8\", 30, 1)",
     "1:1 cidrsubnet(): a prefix of /8 cannot be 30 bits longer"},
    {"element([], 0)", "1:1 element(): the list is empty"},
    {"slice(list, 1, 3)", "1:1 slice(): the indices must be in order and from 0 to 2"},
    {"base64decode(\"?\")", "1:1 base64decode(): argument 1 is not base64"},
};

TEST_CASE("errors name their place") {
  for (const Case& item : kErrors) {
    CAPTURE(std::string(item.text));
    CHECK(evaluate_text(item.text) == item.expected);
  }
}

}  // namespace
}  // namespace cooper::hcl
