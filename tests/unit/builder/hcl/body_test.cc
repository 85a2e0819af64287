// Files of HCL: attributes, blocks, heredocs, comments.
#include "builder/hcl/body.h"

#include <doctest/doctest.h>

#include "builder/hcl/json_text.h"
#include "evaluate_text.h"

namespace cooper::hcl {
namespace {

std::string error_of(const std::string& text) {
  const Document document = make_document(text, "test.hcl");
  try {
    static_cast<void>(read_hcl(text, document));
  } catch (const base::Error& error) {
    if (!error.spot()) return error.cause();
    return std::to_string(error.spot()->line) + ":" + std::to_string(error.spot()->column) + " " +
           error.cause();
  }
  return "no error";
}

TEST_CASE("blocks and attributes") {
  const std::string text =
      "# a comment\n// another\n/* and\n one */ a = 1 /* here */ # there\r\n"
      "b \"x\" y {\n  c = [\n    1,\n    2\n  ]\n  d {}\n}\ne { f = 2 }\n";
  const Document document = make_document(text, "test.hcl");
  const Body body = read_hcl(text, document);
  REQUIRE(body.attributes.size() == 1);
  CHECK(body.attributes[0].name == "a");
  CHECK(body.attributes[0].where.line == 4);
  CHECK(body.attributes[0].where.column == 9);
  REQUIRE(body.blocks.size() == 2);
  CHECK(body.blocks[0].type == "b");
  REQUIRE(body.blocks[0].labels.size() == 2);
  CHECK(body.blocks[0].labels[0].text == "x");
  CHECK(body.blocks[0].labels[1].text == "y");
  CHECK(body.blocks[0].body.find("c") != nullptr);
  CHECK(body.blocks[0].body.blocks.size() == 1);
  CHECK(body.blocks[1].body.find("f") != nullptr);
}

TEST_CASE("heredocs") {
  CHECK(evaluate_text("<<EOT\na ${two}\n  b \\n $${x}\nEOT\n") == R"("a 2\n  b \\n ${x}\n")");
  CHECK(evaluate_text("<<-EOT\n    a\n      b\n\n    c\n  EOT\n") == R"("a\n  b\n\nc\n")");
  CHECK(evaluate_text("<<-EOT\n    %{ for x in list ~}\n    <${x}>\n    %{ endfor ~}\n    EOT") ==
        R"("    \u003ca\u003e\n    \u003cb\u003e\n")");
  CHECK(evaluate_text("<<EOT\nEOT") == R"("")");
  CHECK(evaluate_text("[<<EOT\nx\nEOT\n, 1]") == R"(["x\n",1])");
  CHECK(evaluate_text("<<EOT\r\nx\r\nEOT\r\n") == R"("x\r\n")");
}

TEST_CASE("newlines end expressions outside of brackets") {
  CHECK(evaluate_text("(1 +\n  2)") == "3");
  CHECK(evaluate_text("{\n a = 1\n b = 2,\n c = 3\n}") == R"({"a":1,"b":2,"c":3})");
  CHECK(evaluate_text("upper(\n \"a\",\n)") == R"("A")");
  CHECK(error_of("a = 1 +\n2\n") == "1:8 expected a value");
  CHECK(error_of("a = 1 2\n") == "1:7 expected a new line here");
  CHECK(error_of("a = {x = [1][*]\n y = 2}\n") == "no error");
}

struct Case {
  const char* text;
  const char* expected;
};

const Case kErrors[] = {
    {"a", "1:2 expected '=' or '{' after 'a'"},
    {"= 1", "1:1 expected an attribute or a block"},
    {"a = 1\na = 2\n", "2:1 the attribute 'a' is there twice"},
    {"a {\n", "1:3 the block 'a' is not closed"},
    {"}", "1:1 a '}' closes what is not open"},
    {"a \"${x}\" {}", "1:3 a label may not have templates in it"},
    {"a = \"\xff\"", "1:6 not valid UTF-8"},
    {"a = 'x'", "1:5 expected a value"},
    {"a { b = 1\n}", "1:10 a block with an argument on the line of its '{' closes there"},
    {"a { b = 1\n c = 2 }", "1:10 a block with an argument on the line of its '{' closes there"},
    {"a { b {} }", "1:5 on the line of its '{' a block has one argument"},
};

TEST_CASE("errors name their place") {
  for (const Case& item : kErrors) {
    CAPTURE(std::string(item.text));
    CHECK(error_of(item.text) == item.expected);
  }
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "a {\n";
  CHECK(error_of(deep).find("blocks are nested deeper than 16 levels") != std::string::npos);
  CHECK(error_of(std::string(5U << 20U, ' ')) == "a bake file may have at most 4 MiB");
}

}  // namespace
}  // namespace cooper::hcl
