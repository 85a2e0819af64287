// Types of HCL ("list(string)") and the conversions between them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "builder/hcl/expression.h"

namespace cooper::hcl {

struct Type {
  enum class Kind { any, string, number, boolean, list, set, map, tuple, object } kind = Kind::any;
  std::vector<Type> elements;           // list, set, map: one; tuple, object: each
  std::vector<std::string> names = {};  // object: of the elements
  std::vector<bool> optional = {};  // object: which elements may be left out; they are null then

  [[nodiscard]] bool is_primitive() const {
    return kind == Kind::string || kind == Kind::number || kind == Kind::boolean;
  }
};

// As written after `type =`; in JSON it is a text. Throws base::Error at the place.
[[nodiscard]] Type parse_type(const Expression& expression);

// "list of string".
[[nodiscard]] std::string name_of(const Type& type);

// Conversions lose nothing: a number or boolean to text and back, lists to sets, objects to maps.
// Null stays null. On failure `why` tells ("a string is required, not a list").
[[nodiscard]] std::optional<Node> try_convert(const Node& value, const Type& type,
                                              std::string& why);

// Text of a string, number or boolean.
[[nodiscard]] std::optional<std::string> try_text(const Node& value);
[[nodiscard]] std::optional<long double> try_number(const Node& value);
[[nodiscard]] std::optional<bool> try_boolean(const Node& value);

// A set of these: sorted, each once.
[[nodiscard]] Node make_set(std::vector<Node> items);

// For values that must be of one type (both results of a condition, the items of concat): texts if
// one is a text and the other a number or boolean. False if there is no such type.
[[nodiscard]] bool unify(Node& left, Node& right);
// The same for any number of values: texts if one of them is a text.
[[nodiscard]] bool unify(std::vector<Node>& values);

}  // namespace cooper::hcl
