// bake --list.
#include <algorithm>

#include "builder/bake/bake_file.h"
#include "builder/bake/json_writer.h"

namespace cooper::bake {
namespace {

struct Row {
  std::string name, description;
  bool group = false;
};

// Targets and groups by name; names that begin with '_' are private.
std::vector<Row> rows_of(const BakeFile& file) {
  std::vector<Row> rows;
  for (const auto& [name, target] : file.targets) rows.push_back({name, target.description, false});
  for (const auto& [name, group] : file.groups) {
    std::vector<std::string> targets = group.targets;
    std::sort(targets.begin(), targets.end());
    std::string names;
    for (const std::string& target : targets) names += (names.empty() ? "" : ", ") + target;
    std::string description = group.description;
    if (description.empty()) {
      description = names;
    } else if (!names.empty()) {
      description += " (" + names + ")";
    }
    rows.push_back({name, description, true});
  }
  std::erase_if(rows, [](const Row& row) { return row.name.starts_with('_'); });
  std::stable_sort(rows.begin(), rows.end(),
                   [](const Row& a, const Row& b) { return a.name < b.name; });
  return rows;
}

void put(JsonWriter& json, std::string_view key, const std::string& text) {
  json.key(key);
  json.value(std::string_view(text));
}

}  // namespace

std::string list_targets(const BakeFile& file, bool json) {
  if (!json) {
    std::string out = "TARGET\tDESCRIPTION\n";
    for (const Row& row : rows_of(file))
      out += base::printable(row.name) + "\t" + base::printable(row.description) + "\n";
    return out;
  }
  JsonWriter writer;
  writer.begin_list();
  for (const Row& row : rows_of(file)) {
    writer.begin_item();
    writer.begin_object();
    put(writer, "name", row.name);
    if (!row.description.empty()) put(writer, "description", row.description);
    if (row.group) {
      writer.key("group");
      writer.value(true);
    }
    writer.end_object();
  }
  writer.end_list();
  return writer.text() + "\n";
}

std::string list_variables(const BakeFile& file, bool json) {
  if (!json) {
    std::string out = "VARIABLE\tTYPE\tVALUE\tDESCRIPTION\n";
    for (const Variable& variable : file.variables) {
      out += variable.name + "\t" + variable.type + "\t" +
             base::printable(variable.value.value_or("<null>")) + "\t" +
             base::printable(variable.description) + "\n";
    }
    return out;
  }
  JsonWriter writer;
  writer.begin_list();
  for (const Variable& variable : file.variables) {
    writer.begin_item();
    writer.begin_object();
    put(writer, "name", variable.name);
    if (!variable.description.empty()) put(writer, "description", variable.description);
    if (!variable.type.empty()) put(writer, "type", variable.type);
    if (variable.value) put(writer, "value", *variable.value);
    writer.end_object();
  }
  writer.end_list();
  return writer.text() + "\n";
}

}  // namespace cooper::bake
