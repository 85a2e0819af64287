#include "builder/hcl/node.h"

#include <algorithm>

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{4} << 20;

}  // namespace

Document make_document(std::string_view text, std::string name) {
  Document document{std::move(name), {}};
  while (!text.empty() && text.size() <= kMaxFileBytes) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    document.lines.emplace_back(line);
  }
  return document;
}

void require_size(std::string_view text, const Document& document) {
  if (text.size() <= kMaxFileBytes) return;
  throw base::Error(base::ErrorKind::limit, "read bake file", document.name,
                    "a bake file may have at most 4 MiB");
}

const Node* Node::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Node make_text(std::string text) {
  Node node;
  node.kind = Node::Kind::string;
  node.text = std::move(text);
  return node;
}

Node make_boolean(bool boolean) {
  Node node;
  node.kind = Node::Kind::boolean;
  node.boolean = boolean;
  return node;
}

Node make_list(std::vector<Node> items) {
  Node node;
  node.kind = Node::Kind::list;
  node.items = std::move(items);
  return node;
}

Node make_object(std::map<std::string, Node> members) {
  Node node;
  node.kind = Node::Kind::object;
  for (auto& [key, value] : members) node.members.push_back({key, value.where, std::move(value)});
  return node;
}

void place(Node& node, const Position& where) {
  if (node.where.document != nullptr) return;
  node.where = where;
  for (Node& item : node.items) place(item, where);
  for (Member& member : node.members) {
    if (member.where.document == nullptr) member.where = where;
    place(member.value, where);
  }
}

std::size_t weight(const Node& node) {
  std::size_t sum = 1 + node.text.size() / 64;
  for (const Node& item : node.items) sum += weight(item);
  for (const Member& member : node.members) sum += weight(member.value) + member.key.size() / 64;
  return sum;
}

bool equal(const Node& left, const Node& right) {
  if (left.kind != right.kind || left.set != right.set) return false;
  switch (left.kind) {
    case Node::Kind::null: return true;
    case Node::Kind::boolean: return left.boolean == right.boolean;
    case Node::Kind::number: return !(left.number < right.number || right.number < left.number);
    case Node::Kind::string: return left.text == right.text;
    case Node::Kind::list:
      return std::equal(left.items.begin(), left.items.end(), right.items.begin(),
                        right.items.end(), equal);
    case Node::Kind::object: break;
  }
  if (left.members.size() != right.members.size()) return false;
  return std::all_of(left.members.begin(), left.members.end(), [&right](const Member& member) {
    const Node* other = right.find(member.key);
    return other != nullptr && equal(member.value, *other);
  });
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

base::SourceSpot spot_of(const Position& where, std::size_t length) {
  if (where.document == nullptr || where.line < 1) return {};
  const std::vector<std::string>& lines = where.document->lines;
  const auto index = static_cast<std::size_t>(where.line - 1);
  if (lines.empty()) return {where.document->name, 1, 1, 1, {}};
  if (index >= lines.size()) {  // behind the last line: at its end
    const auto column = std::count_if(lines.back().begin(), lines.back().end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U;
    });
    return {where.document->name, static_cast<int>(lines.size()), static_cast<int>(column) + 1, 1,
            lines.back()};
  }
  const int underlined = static_cast<int>(std::clamp<std::size_t>(length, 1, 1000));
  return {where.document->name, where.line, where.column, underlined, lines[index]};
}

void fail_at(const Position& where, std::string cause, std::string hint, std::size_t length,
             base::ErrorKind kind) {
  const std::string name = where.document != nullptr ? where.document->name : std::string{};
  base::Error error(kind, "read bake file", name, std::move(cause));
  if (!hint.empty()) error.with_hint(std::move(hint));
  base::SourceSpot spot = spot_of(where, length);
  if (spot.line > 0) error.with_spot(std::move(spot));
  throw error;
}

}  // namespace cooper::hcl
