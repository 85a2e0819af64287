// Functions of booleans, comparisons and nulls.
#include "builder/hcl/functions.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

Node coalesce(Call& call) {
  std::vector<Node> values;
  for (const Node& value : call.all()) {
    if (value.kind != Node::Kind::null) values.push_back(value);
  }
  if (values.empty()) call.fail("all arguments are null");
  if (!unify(values)) call.fail("the arguments must be of one type");
  return values.front();
}

}  // namespace

FunctionTable logic_functions() {
  return {
      {"and", {2, 2, [](Call& call) { return make_boolean(call.boolean(0) && call.boolean(1)); }}},
      {"or", {2, 2, [](Call& call) { return make_boolean(call.boolean(0) || call.boolean(1)); }}},
      {"not", {1, 1, [](Call& call) { return make_boolean(!call.boolean(0)); }}},
      {"equal", {2, 2, [](Call& call) { return make_boolean(equal(call.any(0), call.any(1))); }}},
      {"notequal",
       {2, 2, [](Call& call) { return make_boolean(!equal(call.any(0), call.any(1))); }}},
      {"greaterthan",
       {2, 2, [](Call& call) { return make_boolean(call.number(0) > call.number(1)); }}},
      {"greaterthanorequalto",
       {2, 2, [](Call& call) { return make_boolean(call.number(0) >= call.number(1)); }}},
      {"lessthan",
       {2, 2, [](Call& call) { return make_boolean(call.number(0) < call.number(1)); }}},
      {"lessthanorequalto",
       {2, 2, [](Call& call) { return make_boolean(call.number(0) <= call.number(1)); }}},
      {"coalesce", {1, kAnyCount, coalesce}},
  };
}

}  // namespace cooper::hcl
