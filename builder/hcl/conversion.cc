// Conversions between types.
#include <algorithm>
#include <utility>

#include "builder/hcl/number.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

using Kind = Type::Kind;

// An order for sets: kinds, then values.
bool before(const Node& left, const Node& right) {
  if (left.kind != right.kind) return left.kind < right.kind;
  switch (left.kind) {
    case Node::Kind::null: return false;
    case Node::Kind::boolean: return !left.boolean && right.boolean;
    case Node::Kind::number: return left.number < right.number;
    case Node::Kind::string: return left.text < right.text;
    case Node::Kind::list:
      return std::lexicographical_compare(left.items.begin(), left.items.end(), right.items.begin(),
                                          right.items.end(), before);
    case Node::Kind::object: break;
  }
  return std::lexicographical_compare(
      left.members.begin(), left.members.end(), right.members.begin(), right.members.end(),
      [](const Member& a, const Member& b) {
        return a.key != b.key ? a.key < b.key : before(a.value, b.value);
      });
}

std::optional<Node> convert_items(const Node& value, const Type& type, std::string& why) {
  if (value.kind != Node::Kind::list) {
    why = "a " + name_of(type) + " is required, not " + describe(value.kind);
    return std::nullopt;
  }
  if (type.kind == Kind::tuple && value.items.size() != type.elements.size()) {
    why = "a tuple of " + std::to_string(type.elements.size()) + " is required, not of " +
          std::to_string(value.items.size());
    return std::nullopt;
  }
  std::vector<Node> items;
  for (std::size_t at = 0; at < value.items.size(); ++at) {
    auto item = try_convert(value.items[at], type.elements[type.kind == Kind::tuple ? at : 0], why);
    if (!item) return std::nullopt;
    items.push_back(std::move(*item));
  }
  Node out = type.kind == Kind::set ? make_set(std::move(items)) : make_list(std::move(items));
  out.where = value.where;
  return out;
}

std::optional<Node> convert_members(const Node& value, const Type& type, std::string& why) {
  if (value.kind != Node::Kind::object) {
    why = "a " + name_of(type) + " is required, not " + describe(value.kind);
    return std::nullopt;
  }
  std::map<std::string, Node> members;
  for (std::size_t at = 0; at < type.names.size(); ++at) {
    const Node* member = value.find(type.names[at]);
    if (member == nullptr && type.optional[at]) {
      members[type.names[at]] = Node{};
      continue;
    }
    auto item = member != nullptr ? try_convert(*member, type.elements[at], why) : std::nullopt;
    if (member == nullptr) why = "the attribute '" + type.names[at] + "' is required";
    if (!item) return std::nullopt;
    members[type.names[at]] = std::move(*item);
  }
  for (const Member& member : value.members) {
    if (type.kind == Kind::object) break;
    auto item = try_convert(member.value, type.elements.at(0), why);
    if (!item) return std::nullopt;
    members[member.key] = std::move(*item);
  }
  Node out = make_object(std::move(members));
  out.where = value.where;
  return out;
}

std::optional<Node> convert_primitive(const Node& value, const Type& type) {
  if (type.kind == Kind::string) {
    if (auto text = try_text(value)) return make_text(std::move(*text));
  } else if (type.kind == Kind::number) {
    if (const auto number = try_number(value)) return make_number(*number);
  } else if (const auto boolean = try_boolean(value)) {
    return make_boolean(*boolean);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Node> try_convert(const Node& value, const Type& type, std::string& why) {
  if (type.kind == Kind::any || value.kind == Node::Kind::null) return value;
  if (type.is_primitive()) {
    auto made = convert_primitive(value, type);
    if (made) made->where = value.where;
    if (!made) why = "a " + name_of(type) + " is required, not " + describe(value.kind);
    return made;
  }
  if (type.kind == Kind::map || type.kind == Kind::object) return convert_members(value, type, why);
  return convert_items(value, type, why);
}

std::optional<std::string> try_text(const Node& value) {
  if (value.kind == Node::Kind::string || value.kind == Node::Kind::number) return value.text;
  if (value.kind == Node::Kind::boolean) return value.boolean ? "true" : "false";
  return std::nullopt;
}

std::optional<long double> try_number(const Node& value) {
  if (value.kind == Node::Kind::number) return value.number;
  if (value.kind == Node::Kind::string) return parse_number(value.text);
  return std::nullopt;
}

std::optional<bool> try_boolean(const Node& value) {
  if (value.kind == Node::Kind::boolean) return value.boolean;
  if (value.kind != Node::Kind::string) return std::nullopt;
  if (value.text == "true" || value.text == "1") return true;
  if (value.text == "false" || value.text == "0") return false;
  return std::nullopt;
}

Node make_set(std::vector<Node> items) {
  std::sort(items.begin(), items.end(), before);
  items.erase(std::unique(items.begin(), items.end(), equal), items.end());
  Node out = make_list(std::move(items));
  out.set = true;
  return out;
}

bool unify(Node& left, Node& right) {
  if (left.kind == right.kind || left.kind == Node::Kind::null || right.kind == Node::Kind::null)
    return true;
  auto left_text = try_text(left);
  auto right_text = try_text(right);
  const bool text = left.kind == Node::Kind::string || right.kind == Node::Kind::string;
  if (!left_text || !right_text || !text) return false;
  const Position where = left.where;
  left = make_text(std::move(*left_text));
  left.where = where;
  right = make_text(std::move(*right_text));
  return true;
}

bool unify(std::vector<Node>& values) {
  const auto text = std::ranges::find(values, Node::Kind::string, &Node::kind);
  const auto known =
      text != values.end() ? text : std::ranges::find_if(values, [](const Node& value) {
        return value.kind != Node::Kind::null;
      });
  if (known == values.end()) return true;
  return std::ranges::all_of(values, [&](Node& value) { return unify(*known, value); });
}

}  // namespace cooper::hcl
