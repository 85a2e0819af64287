// A bake file as a tree of values with their places: what the JSON reader produces, and any other
// front end.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace cooper::bake {

// A file's name and lines, for messages. Outlives the nodes read from it.
struct Document {
  std::string name;
  std::vector<std::string> lines;
};

struct Position {
  const Document* document = nullptr;
  int line = 0;    // from 1
  int column = 0;  // from 1, in characters
};

struct Member;

struct Node {
  enum class Kind { null, boolean, number, string, list, object } kind = Kind::null;
  bool boolean = false;
  std::string text;  // string: the text, a template until it is evaluated; number: as written
  std::vector<Node> items;      // list
  std::vector<Member> members;  // object, in order
  Position where;

  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Member {
  std::string key;
  Position where;
  Node value;
};

// "an object", "a string": for messages.
[[nodiscard]] std::string describe(Node::Kind kind);

// Throws base::Error "read bake file '<name>': <cause>" with the spot; `length` characters are
// underlined.
[[noreturn]] void fail_at(const Position& where, std::string cause, std::string hint = {},
                          std::size_t length = 1, base::ErrorKind kind = base::ErrorKind::usage);

}  // namespace cooper::bake
