#include "builder/hcl/functions.h"

#include <cmath>
#include <utility>

#include "builder/hcl/number.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

const FunctionTable& all_functions() {
  static const FunctionTable kAll = [] {
    FunctionTable all;
    for (FunctionTable part :
         {text_functions(), pattern_functions(), number_functions(), logic_functions(),
          list_functions(), object_functions(), set_functions(), encoding_functions(),
          hash_functions(), time_functions(), network_functions()}) {
      all.merge(part);
    }
    return all;
  }();
  return kAll;
}

std::string ordinal(std::size_t at) { return "argument " + std::to_string(at + 1); }

}  // namespace

void Call::fail(std::string cause) const {
  fail_at(at_.where, at_.name + "(): " + std::move(cause), {}, at_.length);
}

void Call::refuse(std::string cause) const {
  fail_at(at_.where, at_.name + "(): " + std::move(cause), {}, at_.length,
          base::ErrorKind::unsupported);
}

const Node& Call::value(std::size_t at) const {
  const Node& node = any(at);
  if (node.kind == Node::Kind::null) fail(ordinal(at) + " must not be null");
  return node;
}

std::string Call::text(std::size_t at) const {
  auto text = try_text(value(at));
  if (!text) fail(ordinal(at) + " must be a text, not " + describe(any(at).kind));
  return std::move(*text);
}

long double Call::number(std::size_t at) const {
  const auto number = try_number(value(at));
  if (!number) fail(ordinal(at) + " must be a number, not " + describe(any(at).kind));
  return *number;
}

std::int64_t Call::integer(std::size_t at) const {
  const long double value = number(at);
  if (std::floor(value) < value || std::fabs(value) > 9e15L)
    fail(ordinal(at) + " must be a whole number, not " + number_text(value));
  return static_cast<std::int64_t>(value);
}

bool Call::boolean(std::size_t at) const {
  const auto boolean = try_boolean(value(at));
  if (!boolean) fail(ordinal(at) + " must be true or false, not " + describe(any(at).kind));
  return *boolean;
}

const std::vector<Node>& Call::list(std::size_t at) const {
  if (value(at).kind != Node::Kind::list)
    fail(ordinal(at) + " must be a list, not " + describe(any(at).kind));
  return any(at).items;
}

std::vector<std::string> Call::texts(std::size_t at) const {
  std::vector<std::string> texts;
  for (const Node& item : list(at)) {
    auto text = try_text(item);
    if (!text) fail(ordinal(at) + " must be a list of texts, not of " + describe(item.kind));
    texts.push_back(std::move(*text));
  }
  return texts;
}

const std::vector<Member>& Call::object(std::size_t at) const {
  if (value(at).kind != Node::Kind::object)
    fail(ordinal(at) + " must be an object, not " + describe(any(at).kind));
  return any(at).members;
}

const Function* find_function(std::string_view name) {
  const auto found = all_functions().find(name);
  return found == all_functions().end() ? nullptr : &found->second;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names{"can", "convert", "try"};
  for (const auto& entry : all_functions()) names.push_back(entry.first);
  return names;
}

}  // namespace cooper::hcl
