#include "builder/bake/variables.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxProduced = std::size_t{16} << 20;
constexpr std::size_t kMaxOpen = 64;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool is_name(std::string_view text) {
  return !text.empty() && !(text.front() >= '0' && text.front() <= '9') && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), is_name_character);
}

// The name inside "${...}"; refuses every other expression by name.
std::string name_of(std::string_view expression, const Position& where) {
  const std::string_view name = trim(expression);
  if (is_name(name)) return std::string(name);
  const std::size_t paren = name.find('(');
  const std::string_view function = trim(name.substr(0, paren));
  const std::string written(expression.substr(0, 100));
  if (paren != std::string_view::npos && is_name(function)) {
    fail_at(where,
            "the function '" + std::string(function) + "' in '${" + written + "}' is not supported",
            "only ${NAME} is", 1, base::ErrorKind::unsupported);
  }
  fail_at(where, "the expression '${" + written + "}' is not supported", "only ${NAME} is", 1,
          base::ErrorKind::unsupported);
}

// A number or boolean as a template writes it.
std::string text_of(const Node& node, const std::string& name, const Position& where) {
  switch (node.kind) {
    case Node::Kind::string:
    case Node::Kind::number: return node.text;
    case Node::Kind::boolean: return node.boolean ? "true" : "false";
    case Node::Kind::null:
      fail_at(where, "the variable '" + name + "' has no value",
              "set it in the environment or give it a default");
    default:
      fail_at(where, "the variable '" + name + "' is " + describe(node.kind) +
                         " and cannot be part of a text");
  }
}

}  // namespace

void Variables::define(const std::string& name, const Node& default_value) {
  variables_[name] = {default_value, false};
}

void Variables::define_constant(const std::string& name, const Node& value) {
  variables_[name] = {value, true};
}

Node Variables::evaluate(const Node& node) const {
  Walk walk;
  return evaluate(node, walk);
}

Node Variables::evaluate(const Node& node, Walk& walk) const {
  if (node.kind == Node::Kind::string) return evaluate_text(node.text, node.where, walk);
  Node out = node;
  for (Node& item : out.items) item = evaluate(item, walk);
  for (Member& member : out.members) {
    if (member.key.find_first_of("$%") != std::string::npos) {
      const Node key = evaluate_text(member.key, member.where, walk);
      member.key = text_of(key, member.key, member.where);
    }
    member.value = evaluate(member.value, walk);
  }
  return out;
}

Node Variables::evaluate_text(const std::string& text, const Position& where, Walk& walk) const {
  Node out;
  out.kind = Node::Kind::string;
  out.where = where;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.substr(0, 3) == "$${" || rest.substr(0, 3) == "%%{") {
      out.text += rest.substr(1, 2);
      at += 3;
    } else if (rest.substr(0, 2) == "%{") {
      fail_at(where, "the template directive '%{' is not supported", "write %%{ for a plain %{", 1,
              base::ErrorKind::unsupported);
    } else if (rest.substr(0, 2) == "${") {
      const std::size_t end = rest.find('}');
      if (end == std::string_view::npos)
        fail_at(where, "'${' without '}'", "write $${ for a plain ${");
      const std::string name = name_of(rest.substr(2, end - 2), where);
      Node value = look_up(name, where, walk);
      walk.produced += value.text.size() + 16;
      if (walk.produced > kMaxProduced) {
        fail_at(where, "variables make more than 16 MiB of text", {}, 1, base::ErrorKind::limit);
      }
      if (at == 0 && end + 1 == text.size()) {
        value.where = where;
        return value;
      }
      out.text += text_of(value, name, where);
      at += end + 1;
    } else {
      out.text += text[at++];
    }
  }
  return out;
}

Node Variables::look_up(const std::string& name, const Position& where, Walk& walk) const {
  const auto found = variables_.find(name);
  if (found == variables_.end()) {
    std::vector<std::string> names;
    for (const auto& entry : variables_) names.push_back(entry.first);
    fail_at(where, "there is no variable '" + name + "'", base::did_you_mean(name, names));
  }
  if (!found->second.constant) {
    if (auto value = environment_(name)) {
      Node node;
      node.kind = Node::Kind::string;
      node.text = std::move(*value);
      node.where = where;
      return node;
    }
  }
  std::vector<std::string>& open = walk.open;
  if (std::find(open.begin(), open.end(), name) != open.end() || open.size() >= kMaxOpen) {
    fail_at(where, "the variable '" + name + "' refers to itself");
  }
  open.push_back(name);
  Node value = evaluate(found->second.value, walk);
  open.pop_back();
  return value;
}

}  // namespace cooper::bake
