#include "builder/plan/outline.h"

#include <algorithm>
#include <set>

#include "builder/check/file_checks.h"

namespace cooper::plan {

namespace {

// The global ARG that declares `name`, and its default.
struct GlobalArgument {
  const dockerfile::Instruction* instruction = nullptr;
  std::optional<std::string> fallback;
};

GlobalArgument find_global(const dockerfile::Dockerfile& file, const std::string& name) {
  GlobalArgument found;
  for (const dockerfile::Instruction& instruction : file.global_args) {
    const auto* arg = std::get_if<dockerfile::Arg>(&instruction.payload);
    if (arg == nullptr) continue;
    for (const auto& [key, value] : arg->args) {
      if (key == name) found = {&instruction, value};
    }
  }
  return found;
}

template <class Item>
std::vector<Item> by_line(const std::map<std::string, Item>& items) {
  std::vector<Item> out;
  for (const auto& [name, item] : items) out.push_back(item);
  std::stable_sort(out.begin(), out.end(), [](const Item& a, const Item& b) {
    return a.where.first_line < b.where.first_line;
  });
  return out;
}

}  // namespace

void OutlineDraft::add_argument(const std::string& name, std::string value,
                                const dockerfile::Instruction& instruction) {
  Outline::Argument& argument = arguments_[name];
  const std::string description = check::description_of(name, instruction.comments);
  if (!description.empty()) argument.description = description;
  argument.name = name;
  argument.value = std::move(value);
  argument.where = instruction.where;
}

void OutlineDraft::add_global_argument(const StageTable& table, const std::string& name) {
  add_globals(table, {name});
}

void OutlineDraft::add_global_arguments(const StageTable& table, const StageEntry& entry) {
  add_globals(table, {entry.arguments.begin(), entry.arguments.end()});
}

// With those that their defaults name.
void OutlineDraft::add_globals(const StageTable& table, std::vector<std::string> names) {
  std::set<std::string> seen;
  while (!names.empty()) {
    const std::string name = std::move(names.back());
    names.pop_back();
    if (!seen.insert(name).second) continue;
    const GlobalArgument global = find_global(table.file(), name);
    if (global.instruction == nullptr) continue;
    if (arguments_.count(name) == 0)
      add_argument(name, table.globals().values.get(name).value_or(""), *global.instruction);
    if (!global.fallback) continue;
    const auto lookup = [&](std::string_view key) { return table.globals().values.get(key); };
    const auto expansion =
        dockerfile::expand(*global.fallback, lookup, table.file().directives.escape);
    names.insert(names.end(), expansion.used.begin(), expansion.used.end());
  }
}

void OutlineDraft::add_mounts(const std::vector<MountOp>& mounts,
                              const dockerfile::Instruction& instruction) {
  for (const MountOp& mount : mounts) {
    if (mount.type != dockerfile::MountType::secret && mount.type != dockerfile::MountType::ssh)
      continue;
    auto& all = mount.type == dockerfile::MountType::secret ? secrets_ : ssh_;
    const auto [entry, added] =
        all.emplace(mount.id, Outline::Mounted{mount.id, mount.required, instruction.where});
    if (!added) entry->second.required = entry->second.required || mount.required;
  }
}

Outline OutlineDraft::take(const dockerfile::Stage& target) const {
  Outline outline;
  outline.name = target.name;
  outline.description = check::description_of(target.name, target.from.comments);
  outline.arguments = by_line(arguments_);
  outline.secrets = by_line(secrets_);
  outline.ssh = by_line(ssh_);
  return outline;
}

}  // namespace cooper::plan
