// What is too deep or too much ends with an error, not with the memory or the stack.
#include <doctest/doctest.h>

#include <string>

#include "evaluate_text.h"

namespace cooper::hcl {
namespace {

std::string repeated(const std::string& text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

bool says(const std::string& text, const std::string& cause) {
  const std::string outcome = evaluate_text(text);
  CAPTURE(outcome.substr(0, 200));
  const bool found = outcome.find(cause) != std::string::npos;
  CHECK(found);
  return found;
}

TEST_CASE("nesting") {
  says(repeated("(", 1000), "nested deeper than 64 levels");
  says(repeated("[", 1000), "nested deeper than 64 levels");
  says(repeated("{a=", 1000), "nested deeper than 64 levels");
  says(repeated("-", 1000) + "1", "nested deeper than 64 levels");
  says(repeated("upper(", 1000), "nested deeper than 64 levels");
  says(repeated("\"${", 1000), "nested deeper than 64 levels");
  says("a" + repeated("[*]", 1000), "nested deeper than");
  says("1" + repeated("+1", 1000), "an expression is nested deeper than 200 levels");
  says("two" + repeated(".a", 1000), "an expression is nested deeper than 200 levels");
  says("\"" + repeated("%{if true}", 100) + repeated("%{endif}", 100) + "\"",
       "template directives are nested deeper than 32 levels");
}

TEST_CASE("amounts") {
  std::string loops = "0";
  for (const char* name : {"a", "b", "c", "d", "e", "f"})
    loops = "[for " + std::string(name) + " in range(100): " + loops + "]";
  says(loops, "make too much");
  says("range(2000)", "more than 1024 values");
  std::string doubled = "\"" + std::string(10000, 'x') + "\"";
  for (int i = 0; i < 14; ++i) doubled = "join(\"\", [for x in range(2): " + doubled + "])";
  says(doubled, "make too much");
  std::string replaced = "\"aaaaaaaaaa\"";
  for (int i = 0; i < 20; ++i)
    replaced = "replace(" + replaced + ", \"a\", \"aaaaaaaaaaaaaaaaaaaa\")";
  says(replaced, "make too much");
  says("setproduct(range(500), range(500), range(500))", "make too much");
  says("format(\"%99999d\", 1)", "a width, precision or index is more than 1000");
  // A limit is no error that try() may hide.
  says("can(setproduct(range(500), range(500), range(500)))", "make too much");
}

}  // namespace
}  // namespace cooper::hcl
