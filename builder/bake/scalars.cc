#include "builder/bake/scalars.h"

#include <utility>

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxTexts = 10'000;

[[noreturn]] void fail_kind(const Node& node, const std::string& what, const std::string& wanted) {
  fail_at(node.where, what + " must be " + wanted + ", not " + describe(node.kind));
}

}  // namespace

std::optional<bool> parse_boolean(std::string_view text) {
  for (const std::string_view yes : {"1", "t", "T", "TRUE", "true", "True"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"0", "f", "F", "FALSE", "false", "False"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

std::string to_text(const Node& node, const std::string& what) {
  switch (node.kind) {
    case Node::Kind::string:
    case Node::Kind::number: return node.text;
    case Node::Kind::boolean: return node.boolean ? "true" : "false";
    default: fail_kind(node, what, "a string");
  }
}

bool to_boolean(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::boolean) return node.boolean;
  const auto value = node.kind == Node::Kind::string ? parse_boolean(node.text) : std::nullopt;
  if (!value) fail_kind(node, what, "true or false");
  return *value;
}

std::vector<std::string> to_texts(const Node& node, const std::string& what) {
  if (node.kind == Node::Kind::string) return {node.text};
  if (node.kind != Node::Kind::list) fail_kind(node, what, "a list of strings");
  std::vector<std::string> texts;
  if (node.items.size() > kMaxTexts) {
    fail_at(node.where, what + " has more than 10000 values", {}, 1, base::ErrorKind::limit);
  }
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::null) texts.push_back(to_text(item, "each of " + what));
  }
  return texts;
}

std::map<std::string, std::string> to_text_map(const Node& node, const std::string& what) {
  if (node.kind != Node::Kind::object) fail_kind(node, what, "an object of strings");
  std::map<std::string, std::string> texts;
  for (const Member& member : node.members) {
    if (member.value.kind == Node::Kind::null) continue;
    texts[member.key] = to_text(member.value, "'" + member.key + "' in " + what);
  }
  return texts;
}

}  // namespace cooper::bake
