#include "builder/bake/node.h"

namespace cooper::bake {

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

std::string describe(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::null: return "null";
    case Node::Kind::boolean: return "a boolean";
    case Node::Kind::number: return "a number";
    case Node::Kind::string: return "a string";
    case Node::Kind::list: return "a list";
    case Node::Kind::object: return "an object";
  }
  return {};
}

void fail_at(const Position& where, std::string cause, std::string hint, std::size_t length,
             base::ErrorKind kind) {
  const std::string name = where.document != nullptr ? where.document->name : std::string{};
  base::Error error(kind, "read bake file", name, std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  const auto index = static_cast<std::size_t>(where.line - 1);
  if (where.document != nullptr && where.line > 0 && index < where.document->lines.size()) {
    error.with_spot(
        {name, where.line, where.column, static_cast<int>(length), where.document->lines[index]});
  }
  throw error;
}

}  // namespace cooper::bake
