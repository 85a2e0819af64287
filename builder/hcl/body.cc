#include "builder/hcl/body.h"

#include <set>
#include <utility>

#include "base/utf8.h"
#include "builder/hcl/expression_parser.h"

namespace cooper::hcl {
namespace {

constexpr int kMaxDepth = 16;

class BodyReader {
 public:
  explicit BodyReader(Cursor& cursor) : cursor_(cursor) {}

  // Up to '}' or the end of the text.
  Body body(int depth) {
    if (depth > kMaxDepth) cursor_.fail("blocks are nested deeper than 16 levels");
    Body read;
    read.where = cursor_.here();
    std::set<std::string> names;
    while (true) {
      cursor_.skip_blanks(true);
      if (cursor_.at_end() || cursor_.peek() == '}') return read;
      const Position where = cursor_.here();
      std::string name = cursor_.name();
      if (name.empty()) cursor_.fail("expected an attribute or a block");
      cursor_.skip_blanks(false);
      if (cursor_.peek() == '=' && cursor_.peek(1) != '=') {
        if (!names.insert(name).second)
          fail_at(where, "the attribute '" + name + "' is there twice", {}, name.size());
        read.attributes.push_back(attribute(std::move(name), where));
      } else {
        read.blocks.push_back(block(std::move(name), where, depth));
      }
      end_of_line();
    }
  }

 private:
  Attribute attribute(std::string name, const Position& where) {
    cursor_.advance();
    return {std::move(name), where, ExpressionParser(cursor_).expression()};
  }

  Block block(std::string type, const Position& where, int depth) {
    Block read{std::move(type), where, {}, {}};
    while (cursor_.peek() != '{') {
      Label label{{}, cursor_.here(), 0};
      if (cursor_.peek() == '"') {
        label.text = ExpressionParser(cursor_).plain_text();
        label.length = label.text.size() + 2;
      } else {
        label.text = cursor_.name();
        label.length = label.text.size();
        if (label.text.empty())
          cursor_.fail("expected '=' or '{' after '" + read.type + "'",
                       "an attribute is written " + read.type + " = value");
      }
      read.labels.push_back(std::move(label));
      cursor_.skip_blanks(false);
    }
    const Position open = cursor_.here();
    cursor_.advance();
    cursor_.skip_blanks(false);
    const bool one_line = !cursor_.at_end() && cursor_.peek() != '\n' && cursor_.peek() != '}';
    read.body = one_line ? only_argument() : body(depth + 1);
    if (!cursor_.take("}")) fail_at(open, "the block '" + read.type + "' is not closed");
    return read;
  }

  // Of "name { argument = value }".
  Body only_argument() {
    constexpr const char* kHint = "begin a new line behind '{' for more than one argument";
    Body read;
    const Position where = cursor_.here();
    std::string name = cursor_.name();
    cursor_.skip_blanks(false);
    if (name.empty() || cursor_.peek() != '=' || cursor_.peek(1) == '=')
      fail_at(where, "on the line of its '{' a block has one argument", kHint, name.size());
    read.attributes.push_back(attribute(std::move(name), where));
    cursor_.skip_blanks(false);
    if (cursor_.peek() != '}')
      cursor_.fail("a block with an argument on the line of its '{' closes there", kHint);
    return read;
  }

  void end_of_line() {
    cursor_.skip_blanks(false);
    if (cursor_.at_end() || cursor_.peek() == '\n' || cursor_.peek() == '}') return;
    cursor_.fail("expected a new line here");
  }

  Cursor& cursor_;
};

}  // namespace

const Attribute* Body::find(std::string_view name) const {
  for (const Attribute& attribute : attributes) {
    if (attribute.name == name) return &attribute;
  }
  return nullptr;
}

Body read_hcl(std::string_view text, const Document& document) {
  require_size(text, document);
  Cursor cursor(text, {&document, 1, 1}, false);
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t length = base::decode_utf8(rest).second;
    if (length == 0) {
      cursor.advance(text.size() - rest.size());
      cursor.fail("not valid UTF-8");
    }
    rest.remove_prefix(length);
  }
  Body read = BodyReader(cursor).body(0);
  if (!cursor.at_end()) cursor.fail("a '}' closes what is not open");
  return read;
}

}  // namespace cooper::hcl
