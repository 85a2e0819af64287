// Target and group blocks: their names, a matrix, attributes that others refer to.
#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/attributes.h"
#include "builder/bake/definitions.h"
#include "builder/bake/target_keys.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxMatrix = 1000;
constexpr std::size_t kMaxReferences = 64;

const std::vector<std::string>& group_keys() {
  static const std::vector<std::string> kKeys{"targets", "description", "name"};
  return kKeys;
}

// Entries that are texts or objects -> objects.
Node as_objects(Node list, const std::string& key, std::string (*normal)(const Node&)) {
  if (list.kind != Node::Kind::list) return list;
  for (Node& item : list.items) {
    if (item.kind != Node::Kind::string) continue;
    std::map<std::string, Node> members;
    if (key == "ssh") {
      members["id"] = hcl::make_text(item.text.substr(0, item.text.find('=')));
    } else {
      for (auto& [name, value] : parse_attributes(normal(item), item.where))
        members[name] = hcl::make_text(value);
    }
    const Position where = item.where;
    item = hcl::make_object(std::move(members));
    hcl::place(item, where);
  }
  return list;
}

// What other blocks see of an attribute.
Node seen_by_others(const std::string& key, Node value) {
  if (key == "output") return as_objects(std::move(value), key, normal_output);
  if (key == "secret") return as_objects(std::move(value), key, normal_secret);
  if (key == "attest") return as_objects(std::move(value), key, normal_attest);
  if (key == "ssh") return as_objects(std::move(value), key, normal_ssh);
  if (key == "cache-from" || key == "cache-to")
    return as_objects(std::move(value), key, normal_cache);
  return value;
}

}  // namespace

bool Definitions::is_block_type(std::string_view name) const {
  return name == "target" || name == "group";
}

// One chain of names for each combination; one empty chain without a matrix.
std::vector<std::deque<hcl::Scope>> Definitions::matrix_of(const hcl::Block& block) {
  std::vector<std::deque<hcl::Scope>> combinations(1);
  const hcl::Attribute* attribute = block.body.find("matrix");
  if (attribute == nullptr) return combinations;
  const Node matrix = evaluator_.evaluate(attribute->value);
  if (matrix.kind != Node::Kind::object) {
    fail_at(attribute->value.where,
            "a matrix must be an object of lists, not " + describe(matrix.kind), {},
            attribute->value.length);
  }
  for (const Member& axis : matrix.members) {
    if (axis.value.kind != Node::Kind::list) {
      fail_at(axis.value.where,
              "'" + axis.key + "' of a matrix must be a list, not " + describe(axis.value.kind));
    }
    if (combinations.size() * axis.value.items.size() > kMaxMatrix) {
      fail_at(attribute->where, "a matrix makes more than 1000 targets", {}, 6,
              base::ErrorKind::limit);
    }
    std::vector<std::deque<hcl::Scope>> longer;
    for (const Node& value : axis.value.items) {
      for (const std::deque<hcl::Scope>& shorter : combinations) {
        work_.charge(1 + hcl::weight(value), attribute->where);
        for (const hcl::Scope& scope : shorter)
          work_.charge(hcl::weight(scope.value), attribute->where);
        longer.push_back(shorter);
        longer.back().push_back({nullptr, axis.key, value});
      }
    }
    combinations = std::move(longer);
  }
  return combinations;
}

void Definitions::name_target(const hcl::Block& block) {
  const hcl::Label& label = block.labels[0];
  const hcl::Attribute* name = block.body.find("name");
  if (name != nullptr && block.body.find("matrix") == nullptr)
    fail_at(name->where, "'name' needs a matrix", "the name is " + label.text, 4);
  std::set<std::string> seen;
  for (std::deque<hcl::Scope>& scopes : matrix_of(block)) {
    targets_.push_back({label.text, &block, std::move(scopes)});
    NamedBlock& made = targets_.back();
    for (std::size_t at = 1; at < made.scopes.size(); ++at)
      made.scopes[at].outer = &made.scopes[at - 1];
    const Position& where = name != nullptr ? name->value.where : label.where;
    if (name != nullptr) {
      const Node value = evaluator_.evaluate(name->value, made.scope());
      const auto text = hcl::try_text(value);
      if (!text || !is_target_name(*text)) {
        fail_at(
            where, "invalid name of a target: " + (text ? "'" + *text + "'" : describe(value.kind)),
            "a name has letters, digits, '-' and '_'; sanitize() makes one", name->value.length);
      }
      made.name = *text;
    }
    if (!seen.insert(made.name).second) {
      fail_at(where, "the matrix makes the name '" + made.name + "' twice",
              "name = ... must tell the targets apart");
    }
    renamed_[label.text].push_back(made.name);
  }
}

Node Definitions::attribute_of(const NamedBlock& block, const hcl::Attribute& attribute) {
  const auto key = std::make_pair(&block, attribute.name);
  const auto done = done_attributes_.find(key);
  if (done != done_attributes_.end()) return done->second;
  const bool is_new = open_attributes_.insert(key).second;
  if (!is_new || open_attributes_.size() > kMaxReferences) {
    if (is_new) open_attributes_.erase(key);
    fail_at(attribute.where,
            "'" + attribute.name + "' of " + block.block->type + " '" + block.name +
                "' refers to itself",
            {}, attribute.name.size());
  }
  try {
    Node value = evaluator_.evaluate(attribute.value, block.scope());
    open_attributes_.erase(key);
    return done_attributes_.emplace(key, std::move(value)).first->second;
  } catch (...) {  // "try" may go on
    open_attributes_.erase(key);
    throw;
  }
}

Node Definitions::block(const std::string& type, const std::string& name,
                        const std::string& attribute, const hcl::Expression& at) {
  const std::deque<NamedBlock>& blocks = type == "target" ? targets_ : groups_;
  const std::vector<std::string>& keys = type == "target" ? target_keys() : group_keys();
  std::vector<std::string> names;
  std::map<std::string, Node> members;
  bool found = false;
  if (!attribute.empty() && std::find(keys.begin(), keys.end(), attribute) == keys.end()) {
    fail_at(at.where, "a " + type + " has no attribute '" + attribute + "'",
            base::did_you_mean(attribute, keys), at.length);
  }
  for (const NamedBlock& block : blocks) {
    names.push_back(block.name);
    if (block.name != name) continue;
    found = true;
    members["name"] = hcl::make_text(name);
    for (const hcl::Attribute& each : block.block->body.attributes) {
      if (each.name == "name" || each.name == "matrix") continue;
      if (attribute.empty() || each.name == attribute)
        members[each.name] = seen_by_others(each.name, attribute_of(block, each));
    }
  }
  if (!found) {
    fail_at(at.where, "there is no " + type + " '" + name + "'", base::did_you_mean(name, names),
            at.length);
  }
  for (const std::string& key : keys) {
    if (key != "matrix") members.try_emplace(key);
  }
  if (!attribute.empty()) return std::move(members[attribute]);
  return hcl::make_object(std::move(members));
}

Node Definitions::evaluate(const NamedBlock& block) {
  Node object;
  object.kind = Node::Kind::object;
  object.where = block.block->labels[0].where;
  if (!block.block->body.blocks.empty()) {
    const hcl::Block& inner = block.block->body.blocks.front();
    fail_at(inner.where, "a " + block.block->type + " has no block '" + inner.type + "'",
            "an object is written " + inner.type + " = { ... }", inner.type.size());
  }
  const bool target = block.block->type == "target";
  for (const hcl::Attribute& attribute : block.block->body.attributes) {
    if (target && (attribute.name == "matrix" || attribute.name == "name")) continue;
    object.members.push_back({attribute.name, attribute.where, attribute_of(block, attribute)});
  }
  return object;
}

}  // namespace cooper::bake
