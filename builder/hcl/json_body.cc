// The JSON form of HCL: objects that are blocks, texts that are templates.
#include <utility>

#include "builder/hcl/body.h"
#include "builder/hcl/expression_parser.h"

namespace cooper::hcl {
namespace {

using Kind = Expression::Kind;

Expression json_expression(const Node& node);

Expression json_object(const Node& node) {
  std::vector<Expression> parts;
  for (const Member& member : node.members) {
    if (member.key == "//") continue;
    parts.push_back(parse_template(member.key, member.where));
    parts.push_back(json_expression(member.value));
  }
  return make_expression(Kind::object, node.where, std::move(parts));
}

Expression json_expression(const Node& node) {
  if (node.kind == Node::Kind::string) return parse_template(node.text, node.where);
  if (node.kind == Node::Kind::object) return json_object(node);
  if (node.kind != Node::Kind::list) return make_literal(node, node.where);
  std::vector<Expression> items;
  for (const Node& item : node.items) items.push_back(json_expression(item));
  return make_expression(Kind::list, node.where, std::move(items));
}

// A block is an object or a list of objects.
std::vector<const Node*> bodies(const Node& node, const std::string& what) {
  const auto require = [&what](const Node& each) {
    if (each.kind == Node::Kind::object) return &each;
    fail_at(each.where, what + " must be an object, not " + describe(each.kind));
  };
  std::vector<const Node*> found;
  if (node.kind != Node::Kind::list) return {require(node)};
  for (const Node& item : node.items) found.push_back(require(item));
  return found;
}

void add_blocks(const Member& member, const BlockType& type, std::vector<Label> labels,
                std::size_t missing, const Block& begun, std::vector<Block>& blocks) {
  std::string what = "'" + begun.type + "'";
  if (!labels.empty()) what = begun.type + " '" + labels.back().text + "'";
  for (const Node* body : bodies(member.value, what)) {
    if (missing == 0) {
      blocks.push_back({begun.type, labels.empty() ? begun.where : labels.back().where, labels,
                        json_body(*body, type.blocks, what)});
      continue;
    }
    for (const Member& inner : body->members) {
      if (inner.key == "//") continue;
      std::vector<Label> more = labels;
      more.push_back({inner.key, inner.where, inner.key.size() + 2});
      add_blocks(inner, type, std::move(more), missing - 1, begun, blocks);
    }
  }
}

}  // namespace

Body json_body(const Node& object, const std::map<std::string, BlockType>& blocks,
               const std::string& what) {
  if (object.kind != Node::Kind::object)
    fail_at(object.where, what + " must be an object, not " + describe(object.kind));
  Body body;
  body.where = object.where;
  for (const Member& member : object.members) {
    if (member.key == "//") continue;
    const auto type = blocks.find(member.key);
    if (type == blocks.end()) {
      body.attributes.push_back({member.key, member.where, json_expression(member.value)});
      continue;
    }
    add_blocks(member, type->second, {}, type->second.labels, {member.key, member.where, {}, {}},
               body.blocks);
  }
  return body;
}

}  // namespace cooper::hcl
