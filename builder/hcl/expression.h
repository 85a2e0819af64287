// Expressions of HCL as a tree. The parser limits its height, so that walks may recurse.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "builder/hcl/node.h"

namespace cooper::hcl {

struct Expression {
  enum class Kind {
    literal,     // value
    text,        // parts are joined to one text
    list,        // parts are the items
    object,      // parts are key, value, key, value, ...
    variable,    // name
    attribute,   // parts[0].name
    index,       // parts[0][parts[1]]
    splat,       // parts[1] for each item of parts[0]
    splat_item,  // inside a splat: the item
    unary,       // name parts[0]
    binary,      // parts[0] name parts[1]
    condition,   // parts[0] ? parts[1] : parts[2]
    call,        // name(parts); grouped: the last argument is spread
    for_list,    // parts: collection, value, condition (may be absent)
    for_object,  // parts: collection, key, value, condition (may be absent); grouped: "..."
    for_text,    // as for_list, joined to one text
  } kind = Kind::literal;
  Position where;
  std::size_t length = 1;  // characters to underline
  std::size_t height = 1;  // of the tree
  std::string name;        // for_*: the name of the value
  std::string key_name;    // for_*: the name of the key, or ""
  bool grouped = false;
  Node value;
  std::vector<Expression> parts;
};

[[nodiscard]] Expression make_literal(Node value, const Position& where);

// With parts; throws base::Error(limit) when the tree is higher than 200.
[[nodiscard]] Expression make_expression(Expression::Kind kind, const Position& where,
                                         std::vector<Expression> parts, std::string name = {});

// A name alone ("string"), or a text that is one: as JSON writes it. "" for anything else.
[[nodiscard]] std::string keyword_of(const Expression& expression);

}  // namespace cooper::hcl
