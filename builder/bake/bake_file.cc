#include "builder/bake/bake_file.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/json_reader.h"
#include "builder/bake/name_pattern.h"
#include "builder/bake/partial_target.h"
#include "builder/bake/scalars.h"
#include "builder/bake/variables.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxTargets = 10'000;
constexpr std::size_t kMaxInherits = 100;

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

void refuse_other_languages(const BakeInput& file, const Document& document) {
  const std::size_t first = file.text.find_first_not_of(" \t\r\n");
  const bool object = first != std::string::npos && file.text[first] == '{';
  std::string language;
  if (ends_with(file.file_name, ".hcl")) language = "HCL";
  if (ends_with(file.file_name, ".yml") || ends_with(file.file_name, ".yaml"))
    language = "a compose file";
  if (language.empty() && !object && !ends_with(file.file_name, ".json")) language = "no JSON";
  if (language.empty()) return;
  fail_at({&document, 1, 1}, "this is " + language + ": only JSON bake files are supported",
          "docker buildx bake --print writes the JSON form", 1, base::ErrorKind::unsupported);
}

// A block is an object or a list of objects.
std::vector<const Node*> bodies(const Node& node, const std::string& what) {
  std::vector<const Node*> found;
  if (node.kind == Node::Kind::object) found.push_back(&node);
  for (const Node& item : node.items) {
    if (item.kind != Node::Kind::object)
      fail_at(item.where, what + " must be an object, not " + describe(item.kind));
    found.push_back(&item);
  }
  if (node.kind != Node::Kind::object && node.kind != Node::Kind::list) {
    fail_at(node.where, what + " must be an object, not " + describe(node.kind));
  }
  return found;
}

void check_name(const Member& member, const std::string& what) {
  const bool valid =
      !member.key.empty() && std::all_of(member.key.begin(), member.key.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-';
      });
  if (valid) return;
  fail_at(member.where, "invalid name of a " + what + ": '" + member.key + "'",
          "a name has letters, digits, '-' and '_'", member.key.size() + 2);
}

// All files' blocks, not yet evaluated, then joined.
class Loader {
 public:
  explicit Loader(const Environment& environment)
      : environment_(environment), variables_(environment) {}

  void add(const BakeInput& file) {
    documents_.push_back(make_document(file.text, file.file_name));
    const Document& document = documents_.back();
    refuse_other_languages(file, document);
    roots_.push_back(read_json(file.text, document));
    const Node& root = roots_.back();
    if (root.kind != Node::Kind::object)
      fail_at(root.where, "a bake file must be an object, not " + describe(root.kind));
    for (const Member& member : root.members) add_top(member);
  }

  BakeFile resolve(const std::vector<Override>& overrides) {
    for (const auto& entry : target_blocks_) {
      const Member& member = *entry;
      for (const Node* body : bodies(member.value, "target '" + member.key + "'")) {
        PartialTarget read = read_target(member.key, variables_.evaluate(*body));
        const auto [found, is_new] = partials_.emplace(member.key, PartialTarget{});
        merge(found->second, read);
      }
    }
    if (partials_.size() > kMaxTargets) {
      throw base::Error(base::ErrorKind::limit, "read bake file", documents_.front().name,
                        "more than 10000 targets");
    }
    assign_overrides(overrides);
    BakeFile out;
    for (const Member* member : group_blocks_) read_group(*member, out.groups);
    for (const auto& entry : partials_)
      out.targets[entry.first] = finish(entry.first, resolved(entry.first));
    return out;
  }

 private:
  void add_top(const Member& member) {
    if (member.key == "//") return;
    if (member.key == "function" || member.key == "services") {
      const std::string what = member.key == "services" ? "a compose file" : "'function'";
      fail_at(member.where, what + " is not supported in bake files", {}, member.key.size() + 2,
              base::ErrorKind::unsupported);
    }
    if (member.key != "variable" && member.key != "target" && member.key != "group") {
      variables_.define_constant(member.key, member.value);
      return;
    }
    for (const Node* body : bodies(member.value, "'" + member.key + "'")) {
      for (const Member& block : body->members) {
        if (block.key == "//") continue;
        check_name(block, member.key);
        if (member.key == "variable") read_variable(block);
        if (member.key == "target") target_blocks_.push_back(&block);
        if (member.key == "group") group_blocks_.push_back(&block);
      }
    }
  }

  void read_variable(const Member& block) {
    Node default_value;
    default_value.where = block.where;
    for (const Node* body : bodies(block.value, "variable '" + block.key + "'")) {
      for (const Member& member : body->members) {
        if (member.key == "default") default_value = member.value;
        if (member.key == "default" || member.key == "description" || member.key == "sensitive" ||
            member.key == "//") {
          continue;
        }
        const bool known = member.key == "type" || member.key == "validation";
        fail_at(member.where,
                known ? "'" + member.key + "' of a variable is not supported"
                      : "unknown key '" + member.key + "' in variable '" + block.key + "'",
                base::did_you_mean(member.key, {"default", "description"}), member.key.size() + 2,
                known ? base::ErrorKind::unsupported : base::ErrorKind::usage);
      }
    }
    variables_.define(block.key, default_value);
  }

  void read_group(const Member& block, std::map<std::string, Group>& groups) const {
    Group group;
    group.name = block.key;
    for (const Node* body : bodies(block.value, "group '" + block.key + "'")) {
      for (const Member& member : body->members) {
        const std::string what = "'" + member.key + "' of group '" + block.key + "'";
        if (member.key == "targets") {
          group.targets = to_texts(variables_.evaluate(member.value), what);
        } else if (member.key == "description") {
          group.description = to_text(variables_.evaluate(member.value), what);
        } else if (member.key == "matrix" || member.key == "name") {
          fail_at(member.where, what + " is not supported", {}, member.key.size() + 2,
                  base::ErrorKind::unsupported);
        } else if (member.key != "//") {
          fail_at(member.where, "unknown key '" + member.key + "' in group '" + block.key + "'",
                  base::did_you_mean(member.key, {"targets", "description"}),
                  member.key.size() + 2);
        }
      }
    }
    std::set<std::string> seen;
    group.targets.erase(
        std::remove_if(group.targets.begin(), group.targets.end(),
                       [&seen](const std::string& name) { return !seen.insert(name).second; }),
        group.targets.end());
    groups[group.name] = std::move(group);
  }

  void assign_overrides(const std::vector<Override>& overrides) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const Override& change : overrides) {
      bool matched = false;
      for (const auto& entry : partials_) {
        if (entry.first != change.target_pattern &&
            !matches_name(change.target_pattern, entry.first))
          continue;
        matched = true;
        Override own = change;
        // The second value of a list is added to the first.
        if (!seen.insert({entry.first, change.key}).second) own.append = true;
        overrides_[entry.first].push_back(std::move(own));
      }
      if (matched) continue;
      throw base::Error(base::ErrorKind::usage, "set", change.target_pattern + "." + change.key,
                        "there is no target that matches '" + change.target_pattern + "'")
          .with_hint(base::did_you_mean(change.target_pattern, names()));
    }
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const auto& entry : partials_) found.push_back(entry.first);
    return found;
  }

  // The target with what it inherits below it and its overrides on top.
  const PartialTarget& resolved(const std::string& name) {
    const auto known = resolved_.find(name);
    if (known != resolved_.end()) return known->second;
    const PartialTarget& own = partials_.at(name);
    if (!open_.insert(name).second || open_.size() > kMaxInherits) {
      fail_at(own.where, "target '" + name + "' inherits from itself");
    }
    PartialTarget result;
    for (const std::string& parent : own.inherits) {
      if (partials_.count(parent) == 0) {
        fail_at(own.where,
                "target '" + name + "' inherits from '" + parent + "', which does not exist",
                base::did_you_mean(parent, names()));
      }
      merge(result, resolved(parent));
    }
    merge(result, own);
    for (const Override& change : overrides_[name]) apply(result, change, environment_);
    open_.erase(name);
    return resolved_.emplace(name, std::move(result)).first->second;
  }

  const Environment& environment_;
  Variables variables_;
  std::deque<Document> documents_;
  std::deque<Node> roots_;
  std::vector<const Member*> target_blocks_, group_blocks_;
  std::map<std::string, PartialTarget> partials_, resolved_;
  std::map<std::string, std::vector<Override>> overrides_;
  std::set<std::string> open_;
};

}  // namespace

BakeFile parse_bake_files(const std::vector<BakeInput>& files, const Environment& environment,
                          const std::vector<Override>& overrides) {
  Loader loader(environment);
  for (const BakeInput& file : files) loader.add(file);
  return loader.resolve(overrides);
}

}  // namespace cooper::bake
