// Functions of lists.
#include <algorithm>
#include <cmath>
#include <utility>

#include "builder/hcl/functions.h"
#include "builder/hcl/number.h"
#include "builder/hcl/type.h"

namespace cooper::hcl {
namespace {

constexpr std::size_t kMaxRange = 1024;

Node chunklist(Call& call) {
  const std::vector<Node>& list = call.list(0);
  const std::int64_t size = call.integer(1);
  if (size < 0) call.fail("the size must not be negative");
  std::vector<Node> chunks;
  if (size == 0 && !list.empty()) return make_list({make_list(list)});
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (at % static_cast<std::size_t>(size) == 0) chunks.push_back(make_list({}));
    chunks.back().items.push_back(list[at]);
  }
  return make_list(std::move(chunks));
}

Node coalescelist(Call& call) {
  for (std::size_t at = 0; at < call.count(); ++at) {
    if (call.any(at).kind != Node::Kind::null && !call.list(at).empty()) return call.any(at);
  }
  call.fail("all lists are empty or null");
}

Node compact(Call& call) {
  std::vector<Node> kept;
  for (const Node& item : call.list(0)) {
    if (item.kind == Node::Kind::null) continue;
    auto text = try_text(item);
    if (!text) call.fail("argument 1 must be a list of texts, not of " + describe(item.kind));
    if (!text->empty()) kept.push_back(make_text(std::move(*text)));
  }
  return make_list(std::move(kept));
}

Node concat(Call& call) {
  std::vector<Node> all;
  for (std::size_t at = 0; at < call.count(); ++at) {
    const std::vector<Node>& list = call.list(at);
    all.insert(all.end(), list.begin(), list.end());
  }
  return make_list(std::move(all));
}

bool holds(Call& call, const std::vector<Node>& list, const Node& value) {
  call.charge(list.size() / 16);
  return std::any_of(list.begin(), list.end(),
                     [&value](const Node& item) { return equal(item, value); });
}

Node distinct(Call& call) {
  std::vector<Node> kept;
  std::vector<Node> items = call.list(0);
  if (!unify(items)) items = call.list(0);  // of several types: as they are
  for (const Node& item : items) {
    if (!holds(call, kept, item)) kept.push_back(item);
  }
  return make_list(std::move(kept));
}

Node element(Call& call) {
  const std::vector<Node>& list = call.list(0);
  if (list.empty()) call.fail("the list is empty");
  const auto size = static_cast<std::int64_t>(list.size());
  const std::int64_t index = call.integer(1) % size;
  return list[static_cast<std::size_t>(index < 0 ? index + size : index)];
}

void flatten_into(const std::vector<Node>& list, std::vector<Node>& out) {
  for (const Node& item : list) {
    if (item.kind == Node::Kind::list) {
      flatten_into(item.items, out);
    } else {
      out.push_back(item);
    }
  }
}

Node flatten(Call& call) {
  std::vector<Node> out;
  flatten_into(call.list(0), out);
  return make_list(std::move(out));
}

bool has_index(const Node& collection, const Node& key) {
  if (collection.kind == Node::Kind::object)
    return key.kind == Node::Kind::string && collection.find(key.text) != nullptr;
  return key.kind == Node::Kind::number && key.number >= 0 &&
         std::floor(key.number) >= key.number &&
         key.number < static_cast<long double>(collection.items.size());
}

Node hasindex(Call& call) {
  const Node& collection = call.value(0);
  if (collection.kind != Node::Kind::object) static_cast<void>(call.list(0));
  return make_boolean(has_index(collection, call.value(1)));
}

Node index(Call& call) {
  const Node& collection = call.value(0);
  const Node& key = call.value(1);
  if (collection.kind != Node::Kind::object) static_cast<void>(call.list(0));
  if (!has_index(collection, key)) call.fail("there is no such index");
  if (collection.kind == Node::Kind::object) return *collection.find(key.text);
  return collection.items[static_cast<std::size_t>(key.number)];
}

Node indexof(Call& call) {
  const std::vector<Node>& list = call.list(0);
  for (std::size_t at = 0; at < list.size(); ++at) {
    if (equal(list[at], call.any(1))) return make_number(static_cast<long double>(at));
  }
  call.fail(list.empty() ? "the list is empty" : "the value is not in the list");
}

Node length(Call& call) {
  const Node& value = call.value(0);
  const std::size_t size =
      value.kind == Node::Kind::object ? value.members.size() : call.list(0).size();
  return make_number(static_cast<long double>(size));
}

Node range(Call& call) {
  const bool alone = call.count() == 1;
  const long double start = alone ? 0 : call.number(0);
  const long double end = call.number(alone ? 0 : 1);
  const bool down = end < start;
  const long double step = call.count() == 3 ? call.number(2) : (down ? -1.0L : 1.0L);
  if (std::fabs(step) <= 0) call.fail("the step must not be zero");
  if (down != (step < 0) && std::fabs(end - start) > 0)
    call.fail("the step leads away from the end");
  std::vector<Node> items;
  for (long double at = start; down ? at > end : at < end; at += step) {
    if (items.size() >= kMaxRange) call.fail("more than 1024 values");
    items.push_back(make_number(at));
  }
  return make_list(std::move(items));
}

Node reverselist(Call& call) {
  std::vector<Node> items = call.list(0);
  std::reverse(items.begin(), items.end());
  return make_list(std::move(items));
}

Node slice(Call& call) {
  const std::vector<Node>& list = call.list(0);
  const std::int64_t begin = call.integer(1), end = call.integer(2);
  if (begin < 0 || begin > end || end > static_cast<std::int64_t>(list.size())) {
    call.fail("the indices must be in order and from 0 to " + std::to_string(list.size()));
  }
  return make_list({list.begin() + begin, list.begin() + end});
}

Node sort(Call& call) {
  std::vector<std::string> texts = call.texts(0);
  std::sort(texts.begin(), texts.end());
  std::vector<Node> items;
  for (std::string& text : texts) items.push_back(make_text(std::move(text)));
  return make_list(std::move(items));
}

}  // namespace

FunctionTable list_functions() {
  return {{"chunklist", {2, 2, chunklist}},
          {"coalescelist", {1, kAnyCount, coalescelist}},
          {"compact", {1, 1, compact}},
          {"concat", {1, kAnyCount, concat}},
          {"contains",
           {2, 2, [](Call& call) { return make_boolean(holds(call, call.list(0), call.any(1))); }}},
          {"distinct", {1, 1, distinct}},
          {"element", {2, 2, element}},
          {"flatten", {1, 1, flatten}},
          {"hasindex", {2, 2, hasindex}},
          {"index", {2, 2, index}},
          {"indexof", {2, 2, indexof}},
          {"length", {1, 1, length}},
          {"range", {1, 3, range}},
          {"reverselist", {1, 1, reverselist}},
          {"slice", {3, 3, slice}},
          {"sort", {1, 1, sort}}};
}

}  // namespace cooper::hcl
