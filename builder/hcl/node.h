// A value with the place it was written at: what JSON and YAML readers produce and what expressions
// evaluate to. Kinds are those of HCL; a tuple is a list, a map is an object.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace cooper::hcl {

// A file's name and lines, for messages. Outlives what was read from it.
struct Document {
  std::string name;
  std::vector<std::string> lines;
};

// Text cut into lines.
[[nodiscard]] Document make_document(std::string_view text, std::string name);

// Throws base::Error(limit) for a text of more than 4 MiB.
void require_size(std::string_view text, const Document& document);

struct Position {
  const Document* document = nullptr;
  int line = 0;    // from 1
  int column = 0;  // from 1, in characters
};

struct Member;

struct Node {
  enum class Kind { null, boolean, number, string, list, object } kind = Kind::null;
  bool boolean = false;
  bool set = false;        // of a list: sorted, each value once, not to be indexed
  long double number = 0;  // at most kMaxNumber
  std::string text;        // string: the text; number: in decimal
  std::vector<Node> items;
  std::vector<Member> members;  // of an object, in order
  Position where;

  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Position where;
  Node value;
};

[[nodiscard]] Node make_text(std::string text);
[[nodiscard]] Node make_boolean(bool boolean);
[[nodiscard]] Node make_list(std::vector<Node> items);
// Members in the order of their keys, as objects of HCL always are.
[[nodiscard]] Node make_object(std::map<std::string, Node> members);

// Sets the place of the value, and of what is in it, down to what has one.
void place(Node& node, const Position& where);

// How much there is of a value: one for each value in it and one for each 64 bytes of text.
[[nodiscard]] std::size_t weight(const Node& node);

// Of the same kind and content; nothing is converted.
[[nodiscard]] bool equal(const Node& left, const Node& right);

// "an object", "a string": for messages.
[[nodiscard]] std::string describe(Node::Kind kind);

// For messages; without a document it is empty.
[[nodiscard]] base::SourceSpot spot_of(const Position& where, std::size_t length);

// Throws base::Error "read bake file '<name>': <cause>" with the spot; `length` characters are
// underlined.
[[noreturn]] void fail_at(const Position& where, std::string cause, std::string hint = {},
                          std::size_t length = 1, base::ErrorKind kind = base::ErrorKind::usage);

}  // namespace cooper::hcl
