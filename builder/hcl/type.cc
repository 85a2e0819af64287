#include "builder/hcl/type.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/hcl/expression_parser.h"

namespace cooper::hcl {
namespace {

using Kind = Type::Kind;

[[noreturn]] void fail_type(const Expression& at, const std::string& cause) {
  fail_at(at.where, cause,
          "types are any, string, number, bool, list(TYPE), set(TYPE), map(TYPE), tuple([TYPE, "
          "...]) and object({NAME = TYPE, ...})",
          at.length);
}

// "optional(TYPE)", of an attribute of an object.
bool is_optional(const Expression& element) {
  if (element.kind != Expression::Kind::call || element.name != "optional") return false;
  if (element.parts.size() != 1)
    fail_type(element, "'optional' takes one argument, the type of the attribute");
  return true;
}

Type parse_constructor(const Expression& call) {
  Type type;
  if (call.name == "list") type.kind = Kind::list;
  if (call.name == "set") type.kind = Kind::set;
  if (call.name == "map") type.kind = Kind::map;
  if (call.name == "tuple") type.kind = Kind::tuple;
  if (call.name == "object") type.kind = Kind::object;
  if (call.name == "optional")
    fail_type(call, "'optional' is only for the attributes of an object");
  if (type.kind == Kind::any) fail_type(call, "there is no type '" + call.name + "(...)'");
  if (call.parts.size() != 1) fail_type(call, "the type '" + call.name + "' takes one argument");
  const Expression& argument = call.parts.front();
  if (type.kind == Kind::tuple) {
    if (argument.kind != Expression::Kind::list) fail_type(argument, "expected a list of types");
    for (const Expression& item : argument.parts) type.elements.push_back(parse_type(item));
  } else if (type.kind == Kind::object) {
    if (argument.kind != Expression::Kind::object)
      fail_type(argument, "expected an object of types");
    for (std::size_t at = 0; at + 1 < argument.parts.size(); at += 2) {
      const Expression& element = argument.parts[at + 1];
      const bool optional = is_optional(element);
      type.names.push_back(keyword_of(argument.parts[at]));
      type.elements.push_back(parse_type(optional ? element.parts.front() : element));
      type.optional.push_back(optional);
    }
  } else {
    type.elements.push_back(parse_type(argument));
  }
  return type;
}

}  // namespace

Type parse_type(const Expression& expression) {
  if (expression.kind == Expression::Kind::literal && expression.value.kind == Node::Kind::string) {
    return parse_type(parse_expression(expression.value.text, expression.where));
  }
  if (expression.kind == Expression::Kind::call) return parse_constructor(expression);
  const std::string name =
      expression.kind == Expression::Kind::variable ? expression.name : std::string{};
  if (name == "any") return {Kind::any, {}};
  if (name == "string") return {Kind::string, {}};
  if (name == "number") return {Kind::number, {}};
  if (name == "bool") return {Kind::boolean, {}};
  fail_type(expression, name.empty() ? "this is no type" : "there is no type '" + name + "'");
}

std::string name_of(const Type& type) {
  switch (type.kind) {
    case Kind::any: return "any";
    case Kind::string: return "string";
    case Kind::number: return "number";
    case Kind::boolean: return "bool";
    case Kind::list: return "list of " + name_of(type.elements.at(0));
    case Kind::set: return "set of " + name_of(type.elements.at(0));
    case Kind::map: return "map of " + name_of(type.elements.at(0));
    case Kind::tuple: return "tuple";
    case Kind::object: return "object";
  }
  return {};
}

}  // namespace cooper::hcl
