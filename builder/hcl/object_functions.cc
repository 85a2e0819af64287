// Functions of objects and of sets.
#include <algorithm>
#include <utility>

#include "builder/hcl/functions.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

bool has(Call& call, const std::vector<Node>& items, const Node& value) {
  call.charge(items.size() / 16);
  return std::any_of(items.begin(), items.end(),
                     [&value](const Node& item) { return equal(item, value); });
}

Node keys(Call& call) {
  std::vector<Node> items;
  for (const Member& member : call.object(0)) items.push_back(make_text(member.key));
  return make_list(std::move(items));
}

Node values(Call& call) {
  std::vector<Node> items;
  for (const Member& member : call.object(0)) items.push_back(member.value);
  return make_list(std::move(items));
}

Node lookup(Call& call) {
  static_cast<void>(call.object(0));
  const Node* found = call.any(0).find(call.text(1));
  if (found != nullptr) return *found;
  if (call.count() == 3) return call.any(2);
  call.fail("there is no key '" + call.text(1) + "' and no default");
}

Node merge(Call& call) {
  std::map<std::string, Node> members;
  for (std::size_t at = 0; at < call.count(); ++at) {
    if (call.any(at).kind == Node::Kind::null) continue;
    for (const Member& member : call.object(at)) members[member.key] = member.value;
  }
  return make_object(std::move(members));
}

Node zipmap(Call& call) {
  const std::vector<std::string> names = call.texts(0);
  const std::vector<Node>& list = call.list(1);
  if (names.size() != list.size()) {
    call.fail("there are " + std::to_string(names.size()) + " keys, but " +
              std::to_string(list.size()) + " values");
  }
  std::map<std::string, Node> members;
  for (std::size_t at = 0; at < names.size(); ++at) members[names[at]] = list[at];
  return make_object(std::move(members));
}

Node set_of(Call& call, std::size_t at) { return make_set(call.list(at)); }

Node setunion(Call& call) {
  std::vector<Node> all;
  for (std::size_t at = 0; at < call.count(); ++at) {
    const std::vector<Node>& list = call.list(at);
    all.insert(all.end(), list.begin(), list.end());
  }
  return make_set(std::move(all));
}

Node setintersection(Call& call) {
  Node common = set_of(call, 0);
  for (std::size_t at = 1; at < call.count(); ++at) {
    std::erase_if(common.items,
                  [&call, at](const Node& item) { return !has(call, call.list(at), item); });
  }
  return common;
}

Node setsubtract(Call& call) {
  Node left = set_of(call, 0);
  std::erase_if(left.items, [&call](const Node& item) { return has(call, call.list(1), item); });
  return left;
}

// What is in an odd number of the sets.
Node setsymmetricdifference(Call& call) {
  Node result = set_of(call, 0);
  for (std::size_t at = 1; at < call.count(); ++at) {
    const std::vector<Node> other = set_of(call, at).items;
    std::vector<Node> kept;
    for (const Node& item : result.items) {
      if (!has(call, other, item)) kept.push_back(item);
    }
    for (const Node& item : other) {
      if (!has(call, result.items, item)) kept.push_back(item);
    }
    result = make_set(std::move(kept));
  }
  return result;
}

Node setproduct(Call& call) {
  std::vector<Node> rows{make_list({})};
  bool sets = true;
  for (std::size_t at = 0; at < call.count(); ++at) {
    std::vector<Node> longer;
    for (const Node& row : rows) {
      call.charge(call.list(at).size() * (at + 1) + 1);
      for (const Node& item : call.list(at)) {
        longer.push_back(row);
        longer.back().items.push_back(item);
      }
    }
    rows = std::move(longer);
    sets = sets && call.any(at).set;
  }
  return sets ? make_set(std::move(rows)) : make_list(std::move(rows));
}

}  // namespace

FunctionTable object_functions() {
  return {{"keys", {1, 1, keys}},
          {"values", {1, 1, values}},
          {"lookup", {2, 3, lookup}},
          {"merge", {0, kAnyCount, merge}},
          {"zipmap", {2, 2, zipmap}}};
}

FunctionTable set_functions() {
  return {
      {"sethaselement",
       {2, 2, [](Call& call) { return make_boolean(has(call, call.list(0), call.any(1))); }}},
      {"setunion", {1, kAnyCount, setunion}},
      {"setintersection", {1, kAnyCount, setintersection}},
      {"setsubtract", {2, 2, setsubtract}},
      {"setsymmetricdifference", {1, kAnyCount, setsymmetricdifference}},
      {"setproduct", {1, kAnyCount, setproduct}},
  };
}

}  // namespace cooper::hcl
