#include "builder/hcl/json_reader.h"

#include <cstdint>
#include <set>

#include "base/utf8.h"
#include "builder/hcl/number.h"

namespace cooper::hcl {
namespace {

constexpr int kMaxDepth = 64;

class JsonReader {
 public:
  JsonReader(std::string_view text, const Document& document) : text_(text), document_(document) {}

  Node read() {
    skip_blanks();
    Node node = value(0);
    skip_blanks();
    if (at_ < text_.size()) fail("text after the end of the document");
    return node;
  }

 private:
  [[nodiscard]] Position here() const { return {&document_, line_, column_}; }
  [[noreturn]] void fail(std::string cause) const { fail_at(here(), std::move(cause)); }
  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void advance() {
    const char c = text_[at_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80U) {
      ++column_;
    }
  }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') advance();
  }

  bool take(char c) {
    if (at_ >= text_.size() || peek() != c) return false;
    advance();
    return true;
  }

  Node value(int depth) {
    if (depth > kMaxDepth) fail("nested deeper than 64 levels");
    Node node;
    node.where = here();
    switch (peek()) {
      case '{': read_object(node, depth); break;
      case '[': read_list(node, depth); break;
      case '"':
        node.kind = Node::Kind::string;
        node.text = string();
        break;
      default: read_word(node); break;
    }
    return node;
  }

  void read_object(Node& node, int depth) {
    node.kind = Node::Kind::object;
    std::set<std::string> keys;
    advance();
    skip_blanks();
    if (take('}')) return;
    while (true) {
      skip_blanks();
      Member member;
      member.where = here();
      if (peek() != '"') fail("expected a key in quotes");
      member.key = string();
      if (!keys.insert(member.key).second) {
        fail_at(member.where, "the key '" + member.key + "' is there twice", {},
                member.key.size() + 2);
      }
      skip_blanks();
      if (!take(':')) fail("expected ':' after the key '" + member.key + "'");
      skip_blanks();
      member.value = value(depth + 1);
      node.members.push_back(std::move(member));
      skip_blanks();
      if (take('}')) return;
      if (!take(',')) fail("expected ',' or '}'");
    }
  }

  void read_list(Node& node, int depth) {
    node.kind = Node::Kind::list;
    advance();
    skip_blanks();
    if (take(']')) return;
    while (true) {
      skip_blanks();
      node.items.push_back(value(depth + 1));
      skip_blanks();
      if (take(']')) return;
      if (!take(',')) fail("expected ',' or ']'");
    }
  }

  // true, false, null or a number.
  void read_word(Node& node) {
    const std::size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n,:]}[{\"").find(peek()) == std::string_view::npos)
      advance();
    node.text = text_.substr(begin, at_ - begin);
    if (node.text == "true" || node.text == "false") {
      node.kind = Node::Kind::boolean;
      node.boolean = node.text == "true";
    } else if (node.text != "null") {
      read_number(node);
    }
  }

  static void read_number(Node& node) {
    const std::string_view digits =
        std::string_view(node.text).substr(node.text.find_first_not_of('-') == 1 ? 1 : 0);
    const bool leading_zero =
        digits.size() > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
    const auto number = parse_number(node.text);
    if (!number || leading_zero)
      fail_at(node.where, "expected a value", {}, node.text.empty() ? 1 : node.text.size());
    const Position where = node.where;
    node = make_number(*number);
    node.where = where;
  }

  std::string string() {
    advance();
    std::string out;
    while (at_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(peek());
      if (byte == '"') {
        advance();
        return out;
      }
      if (byte < 0x20) fail("a control character in a string");
      if (byte == '\\') {
        advance();
        escape(out);
        continue;
      }
      const std::size_t length = byte < 0x80 ? 1 : base::decode_utf8(text_.substr(at_)).second;
      if (length == 0) fail("not valid UTF-8");
      out += text_.substr(at_, length);
      for (std::size_t i = 0; i < length; ++i) advance();
    }
    fail("a string is not closed");
  }

  void escape(std::string& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const char c = peek();
    if (c == 'u') {
      advance();
      base::append_utf8(out, unicode_escape());
      return;
    }
    const std::size_t index = at_ < text_.size() ? kNames.find(c) : std::string_view::npos;
    if (index == std::string_view::npos) fail("an unknown escape in a string");
    out += kValues[index];
    advance();
  }

  std::uint32_t hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const char lower = static_cast<char>(c | 0x20);
      const bool digit = c >= '0' && c <= '9';
      if (!digit && !(lower >= 'a' && lower <= 'f'))
        fail("expected four hexadecimal digits after \\u");
      code = code * 16 + static_cast<std::uint32_t>(digit ? c - '0' : lower - 'a' + 10);
      advance();
    }
    return code;
  }

  std::uint32_t unicode_escape() {
    const std::uint32_t code = hex4();
    if (code < 0xd800 || code >= 0xe000) return code;
    if (code < 0xdc00 && text_.substr(at_, 2) == "\\u") {
      advance();
      advance();
      const std::uint32_t low = hex4();
      if (low >= 0xdc00 && low < 0xe000) return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    fail("half of a surrogate pair in a string");
  }

  std::string_view text_;
  const Document& document_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
};

}  // namespace

Node read_json(std::string_view text, const Document& document) {
  require_size(text, document);
  return JsonReader(text, document).read();
}

}  // namespace cooper::hcl
