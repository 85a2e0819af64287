#include "builder/bake/bake_file.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "base/suggest.h"
#include "builder/bake/compose.h"
#include "builder/bake/definitions.h"
#include "builder/bake/dot_env.h"
#include "builder/bake/input_language.h"
#include "builder/bake/name_pattern.h"
#include "builder/bake/partial_target.h"
#include "builder/bake/scalars.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxTargets = 10'000;
constexpr std::size_t kMaxInherits = 100;

// All files' blocks, evaluated, then joined.
class Loader {
 public:
  explicit Loader(const Surroundings& surroundings)
      : surroundings_(surroundings), definitions_(surroundings) {}

  void add(const BakeInput& file) {
    documents_.push_back(hcl::make_document(file.text, file.file_name));
    Parsed parsed = parse_input(file.text, documents_.back());
    if (parsed.compose) {
      composes_.push_back(std::move(parsed.root));
      return;
    }
    bodies_.push_back(std::move(parsed.body));
    definitions_.add(bodies_.back());
  }

  BakeFile resolve(const std::vector<Override>& overrides) {
    BakeFile out;
    if (!composes_.empty()) add_compose(out.groups);
    definitions_.resolve();
    for (const NamedBlock& block : definitions_.targets()) {
      PartialTarget read = read_target(block.name, definitions_.evaluate(block));
      merge(partials_[block.name], read);
      if (partials_.size() > kMaxTargets) {
        fail_at(read.where, "the files make more than 10000 targets", {}, 1,
                base::ErrorKind::limit);
      }
    }
    for (const NamedBlock& block : definitions_.groups()) read_group(block, out.groups);
    for (const auto& [written, names] : definitions_.renamed()) add_renamed(written, names, out);
    assign_overrides(overrides);
    for (const auto& entry : partials_)
      out.targets[entry.first] = finish(entry.first, resolved(entry.first));
    out.variables = definitions_.variables();
    return out;
  }

 private:
  void add_compose(std::map<std::string, Group>& groups) {
    std::map<std::string, std::string> dot_env;
    if (surroundings_.dot_env)
      dot_env = parse_dot_env(*surroundings_.dot_env, surroundings_.environment);
    const Environment variables = [&](std::string_view name) -> std::optional<std::string> {
      const auto given = surroundings_.given.find(std::string(name));
      if (given != surroundings_.given.end()) return given->second;
      if (auto value = surroundings_.environment(name)) return value;
      const auto found = dot_env.find(std::string(name));
      return found == dot_env.end() ? std::nullopt : std::optional(found->second);
    };
    Group group;
    group.name = "default";
    for (ComposeTarget& target : read_compose(std::move(composes_), variables)) {
      group.targets.push_back(target.name);
      partials_[target.name] = std::move(target.target);
    }
    groups["default"] = std::move(group);
  }

  // The name of a block whose matrix gave other names is a group of those.
  static void add_renamed(const std::string& written, std::vector<std::string> names,
                          BakeFile& out) {
    std::set<std::string> seen;
    std::erase_if(names, [&seen](const std::string& name) { return !seen.insert(name).second; });
    if (names.size() == 1 && names.front() == written) return;
    out.groups.try_emplace(written, Group{written, std::move(names), {}});
  }

  void read_group(const NamedBlock& block, std::map<std::string, Group>& groups) {
    Group group;
    group.name = block.name;
    bool has_targets = false;
    for (const Member& member : definitions_.evaluate(block).members) {
      const std::string what = "'" + member.key + "' of group '" + block.name + "'";
      if (member.key == "targets") {
        group.targets = to_texts(member.value, what);
        has_targets = true;
      } else if (member.key == "description") {
        if (member.value.kind != Node::Kind::null) group.description = to_text(member.value, what);
      } else if (member.key == "matrix" || member.key == "name") {
        fail_at(member.where, what + " is not supported: only targets have it", {},
                member.key.size(), base::ErrorKind::unsupported);
      } else {
        fail_at(member.where, "unknown key '" + member.key + "' in group '" + block.name + "'",
                base::did_you_mean(member.key, {"targets", "description"}), member.key.size());
      }
    }
    const hcl::Label& label = block.block->labels[0];
    if (!has_targets) {
      fail_at(label.where, "group '" + block.name + "' needs 'targets'", {}, label.length);
    }
    std::set<std::string> seen;
    std::erase_if(group.targets,
                  [&seen](const std::string& name) { return !seen.insert(name).second; });
    groups[group.name] = std::move(group);
  }

  void assign_overrides(const std::vector<Override>& overrides) {
    std::set<std::pair<std::string, std::string>> seen;
    for (const Override& change : overrides) {
      bool matched = false;
      const bool exact = partials_.count(change.target_pattern) != 0;
      for (const auto& entry : partials_) {
        if (entry.first != change.target_pattern &&
            (exact || !matches_name(change.target_pattern, entry.first)))
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
    for (const Override& change : overrides_[name])
      apply(result, change, surroundings_.environment);
    normalize(result);
    open_.erase(name);
    return resolved_.emplace(name, std::move(result)).first->second;
  }

  const Surroundings& surroundings_;
  std::deque<Document> documents_;
  std::deque<hcl::Body> bodies_;
  std::vector<Node> composes_;
  Definitions definitions_;
  std::map<std::string, PartialTarget> partials_, resolved_;
  std::map<std::string, std::vector<Override>> overrides_;
  std::set<std::string> open_;
};

}  // namespace

BakeFile parse_bake_files(const std::vector<BakeInput>& files, const Surroundings& surroundings,
                          const std::vector<Override>& overrides) {
  Loader loader(surroundings);
  for (const BakeInput& file : files) loader.add(file);
  return loader.resolve(overrides);
}

}  // namespace cooper::bake
