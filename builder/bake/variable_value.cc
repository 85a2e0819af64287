#include "builder/bake/variable_value.h"

#include <utility>

#include "builder/bake/scalars.h"
#include "builder/hcl/csv.h"
#include "builder/hcl/json_reader.h"
#include "builder/hcl/json_text.h"
#include "builder/hcl/number.h"

namespace cooper::bake {
namespace {

using hcl::Type;

[[noreturn]] void fail_value(const std::string& name, const Position& where, std::string cause,
                             std::string hint = {}) {
  fail_at(where, "the value given to variable '" + name + "' " + std::move(cause), std::move(hint),
          name.size());
}

Node primitive(const std::string& text, Type::Kind kind, const std::string& name,
               const Position& where) {
  if (kind == Type::Kind::boolean) {
    const auto boolean = parse_boolean(text);
    if (!boolean) fail_value(name, where, "must be true or false, not '" + text + "'");
    return hcl::make_boolean(*boolean);
  }
  if (kind == Type::Kind::number) {
    const auto number = hcl::parse_number(text.starts_with('+') ? text.substr(1) : text);
    if (!number) fail_value(name, where, "must be a number, not '" + text + "'");
    return hcl::make_number(*number);
  }
  return hcl::make_text(text);
}

Node from_json(const std::string& text, const Type& type, const std::string& name,
               const Position& where) {
  const Document document = hcl::make_document(text, name + "_JSON");
  std::string why;
  try {
    auto value = hcl::try_convert(hcl::read_json(text, document), type, why);
    if (value) return std::move(*value);
  } catch (const base::Error& error) {
    why = error.cause();
  }
  fail_value(name, where, "as JSON cannot be used: " + why);
}

Node from_csv(const std::string& text, const Type& type, const std::string& name,
              const Position& where) {
  std::string why;
  const auto fields = hcl::read_csv_row(text, why);
  if (!fields) fail_value(name, where, "is not CSV: " + why);
  if (type.kind == Type::Kind::tuple && fields->size() != type.elements.size()) {
    fail_value(name, where,
               "has " + std::to_string(fields->size()) + " fields, not " +
                   std::to_string(type.elements.size()));
  }
  std::vector<Node> items;
  std::map<std::string, Node> members;
  for (std::size_t at = 0; at < fields->size(); ++at) {
    const Type& element = type.elements[type.kind == Type::Kind::tuple ? at : 0];
    if (!element.is_primitive()) {
      fail_value(name, where, "cannot be CSV: the type is " + hcl::name_of(type),
                 "give it as JSON in " + name + "_JSON");
    }
    if (type.kind != Type::Kind::map) {
      items.push_back(primitive((*fields)[at], element.kind, name, where));
      continue;
    }
    const auto pair = hcl::read_csv_row((*fields)[at], why, ':');
    if (!pair || pair->size() != 2)
      fail_value(name, where,
                 "must have fields of the form KEY:VALUE, not '" + (*fields)[at] + "'");
    members[pair->front()] = primitive(pair->back(), element.kind, name, where);
  }
  if (type.kind == Type::Kind::map) return hcl::make_object(std::move(members));
  return type.kind == Type::Kind::set ? hcl::make_set(std::move(items))
                                      : hcl::make_list(std::move(items));
}

// As the default's own kind wants it.
Node untyped(const GivenValue& given, const std::string& name, const VariableForm& form,
             const Position& where) {
  if (!form.has_default) return hcl::make_text(given.text);
  switch (form.default_value->kind) {
    case Node::Kind::null:
    case Node::Kind::string: return hcl::make_text(given.text);
    case Node::Kind::boolean: return primitive(given.text, Type::Kind::boolean, name, where);
    case Node::Kind::number: return primitive(given.text, Type::Kind::number, name, where);
    default: break;
  }
  fail_value(name, where, "cannot be used: the default is " + describe(form.default_value->kind),
             "write the type: type = list(string)");
}

std::optional<std::string> find_given(const Surroundings& surroundings, const std::string& name) {
  const auto found = surroundings.given.find(name);
  if (found != surroundings.given.end()) return found->second;
  return surroundings.environment(name);
}

}  // namespace

std::optional<GivenValue> given_value(const Surroundings& surroundings, const std::string& name,
                                      bool typed,
                                      const std::function<bool(const std::string&)>& defined) {
  auto plain = find_given(surroundings, name);
  if (!plain || typed) {
    const std::string json_name = name + "_JSON";
    auto json = defined(json_name) ? std::nullopt : find_given(surroundings, json_name);
    if (json) return GivenValue{std::move(*json), true};
  }
  if (!plain) return std::nullopt;
  return GivenValue{std::move(*plain), false};
}

Node from_given(const GivenValue& given, const std::string& name, const VariableForm& form,
                const Position& where) {
  const Type* type = form.type;
  if (type == nullptr) return untyped(given, name, form, where);
  if (given.json) return from_json(given.text, *type, name, where);
  if (type->is_primitive()) return primitive(given.text, type->kind, name, where);
  if (type->kind == Type::Kind::any || type->kind == Type::Kind::object) {
    fail_value(name, where, "cannot be a plain text: the type is " + hcl::name_of(*type),
               "give it as JSON in " + name + "_JSON");
  }
  return from_csv(given.text, *type, name, where);
}

std::optional<std::string> shown_value(const Node& value) {
  if (value.kind == Node::Kind::null) return std::nullopt;
  if (auto text = hcl::try_text(value)) return text;
  return hcl::json_text(value);
}

}  // namespace cooper::bake
