#include "builder/bake/selection.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/suggest.h"
#include "builder/bake/name_pattern.h"

namespace cooper::bake {
namespace {

constexpr std::size_t kMaxDepth = 100;

std::vector<std::string> known_names(const BakeFile& file) {
  std::vector<std::string> names;
  for (const auto& entry : file.groups) names.push_back(entry.first);
  for (const auto& entry : file.targets) names.push_back(entry.first);
  return names;
}

[[noreturn]] void fail_unknown(const BakeFile& file, const std::string& name, std::string cause) {
  base::Error error(base::ErrorKind::usage, "find target", name, std::move(cause));
  const std::vector<std::string> names = known_names(file);
  std::string hint = base::did_you_mean(name, names);
  if (hint.empty() && names.size() <= 20) {
    for (const std::string& known : names) hint += (hint.empty() ? "known are: " : ", ") + known;
  }
  throw error.with_hint(std::move(hint));
}

class Expansion {
 public:
  explicit Expansion(const BakeFile& file) : file_(file) {}

  void expand(const std::string& name, const std::string& group) {
    const auto found = file_.groups.find(name);
    if (found == file_.groups.end()) {
      if (file_.targets.count(name) == 0) {
        fail_unknown(file_, name,
                     group.empty() ? "there is no such target or group"
                                   : "group '" + group + "' names it, but it does not exist");
      }
      if (seen_targets_.insert(name).second) selection.targets.push_back(name);
      return;
    }
    const bool is_open = open_groups_.count(name) != 0;
    if (is_open && file_.targets.count(name) != 0 && seen_targets_.insert(name).second)
      selection.targets.push_back(name);  // a group may name the target it is called like
    if (is_open || !seen_groups_.insert(name).second) return;
    open_groups_.insert(name);
    if (++depth_ > kMaxDepth) fail_unknown(file_, name, "groups nested deeper than 100");
    selection.groups.push_back(name);
    for (const std::string& member : found->second.targets) expand(member, name);
    open_groups_.erase(name);
    --depth_;
  }

  Selection selection;

 private:
  const BakeFile& file_;
  std::set<std::string> seen_targets_, seen_groups_, open_groups_;
  std::size_t depth_ = 0;
};

std::vector<std::string> match_names(const BakeFile& file, std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');
  if (!has_wildcards(name)) return {name};
  std::vector<std::string> matched;
  for (const std::string& known : known_names(file)) {
    if (matches_name(name, known)) matched.push_back(known);
  }
  if (matched.empty()) fail_unknown(file, name, "no target or group matches");
  return matched;
}

// Adds `target` behind everything it links to.
class LinkOrder {
 public:
  LinkOrder(const BakeFile& file, const std::vector<Target>& asked) : file_(file) {
    for (const Target& target : asked) asked_[target.name] = &target;
  }

  void add(const std::string& name) {
    if (done_.count(name) != 0) return;
    if (!open_.insert(name).second) {
      throw base::Error(base::ErrorKind::usage, "link target", name,
                        "its contexts lead back to itself");
    }
    if (open_.size() > kMaxDepth) fail_unknown(file_, name, "linked through more than 100 targets");
    const auto asked = asked_.find(name);
    Target target = asked != asked_.end() ? *asked->second : file_.targets.at(name);
    if (asked == asked_.end()) target.linked = true;
    for (const auto& [context, value] : target.contexts) {
      constexpr std::string_view kPrefix = "target:";
      if (value.compare(0, kPrefix.size(), kPrefix) != 0) continue;
      const std::string linked = value.substr(kPrefix.size());
      if (file_.targets.count(linked) == 0) {
        fail_unknown(file_, linked, "target '" + name + "' links to it, but it does not exist");
      }
      add(linked);
      take_over(target, order[places_.at(linked)]);
    }
    open_.erase(name);
    done_.insert(name);
    places_[name] = order.size();
    order.push_back(std::move(target));
  }

  std::vector<Target> order;

 private:
  // The rights of a linked target are needed too; each platform must be one of its platforms.
  static void take_over(Target& target, const Target& linked) {
    for (const std::string& right : linked.entitlements) {
      if (std::find(target.entitlements.begin(), target.entitlements.end(), right) ==
          target.entitlements.end())
        target.entitlements.push_back(right);
    }
    if (target.platforms.size() < 2 || linked.platforms.size() < 2) return;
    for (const std::string& platform : target.platforms) {
      if (std::find(linked.platforms.begin(), linked.platforms.end(), platform) !=
          linked.platforms.end())
        continue;
      throw base::Error(base::ErrorKind::usage, "link target", target.name,
                        "it is built for " + platform + ", but target '" + linked.name +
                            "' in its contexts is not");
    }
  }

  const BakeFile& file_;
  std::map<std::string, const Target*> asked_;
  std::set<std::string> open_, done_;
  std::map<std::string, std::size_t> places_;
};

}  // namespace

Selection select(const BakeFile& file, const std::vector<std::string>& names) {
  Expansion expansion(file);
  std::set<std::string> seen;
  for (const std::string& name : names.empty() ? std::vector<std::string>{"default"} : names) {
    for (std::string& matched : match_names(file, name)) {
      expansion.expand(matched, {});
      if (seen.insert(matched).second) expansion.selection.asked.push_back(std::move(matched));
    }
  }
  return std::move(expansion.selection);
}

std::vector<Target> select_targets(const BakeFile& file, const std::vector<std::string>& names) {
  std::vector<Target> targets;
  for (const std::string& name : select(file, names).targets)
    targets.push_back(file.targets.at(name));
  return targets;
}

std::vector<Target> with_linked_targets(const BakeFile& file, const std::vector<Target>& targets) {
  LinkOrder order(file, targets);
  for (const Target& target : targets) order.add(target.name);
  return std::move(order.order);
}

}  // namespace cooper::bake
