#include <nlohmann/json.hpp>

#include "base/base64.h"
#include "builder/check/rule.h"
#include "builder/dockerfile/dockerfile.h"
#include "cli/call_text.h"

namespace cooper::cli {
namespace {

using Json = nlohmann::ordered_json;

Json line_json(int line) { return {{"start", {{"line", line}}}, {"end", {{"line", line}}}}; }

// As BuildKit: each line is a range of its own.
Json location_json(const dockerfile::SourceRange& where) {
  Json ranges = Json::array();
  const int last = std::max(where.first_line, where.last_line);
  for (int line = where.first_line; line > 0 && line <= last; ++line)
    ranges.push_back(line_json(line));
  return {{"ranges", ranges}};
}

Json warning_json(const plan::Diagnostic& one) {
  Json json = {{"ruleName", one.rule}};
  if (const check::Rule* rule = check::find_rule(one.rule)) {
    json["description"] = rule->description;
    if (!rule->url.empty()) json["url"] = rule->url;
  }
  json["detail"] = one.message;
  json["location"] = location_json(one.where);
  return json;
}

Json check_json(const CalledTarget& target) {
  Json warnings = Json::array();
  for (const plan::Diagnostic& one : target.diagnostics) warnings.push_back(warning_json(one));
  Json source = {{"filename", target.file_name}};
  if (!target.text.empty()) source["data"] = base::encode_base64(target.text);
  source["language"] = "Dockerfile";
  Json json = {{"warnings", warnings}, {"sources", Json::array({source})}};
  if (target.error) {
    dockerfile::SourceRange where;
    const auto& spot = target.error->spot();
    if (spot && spot->line > 0) where = dockerfile::instruction_at(target.text, spot->line);
    json["buildError"] = {{"message", target.error->what()}, {"location", location_json(where)}};
  }
  return json;
}

Json mounted_json(const std::vector<plan::Outline::Mounted>& items) {
  Json all = Json::array();
  for (const auto& item : items) {
    Json json = {{"name", item.name}};
    if (item.required) json["required"] = true;
    json["location"] = location_json(item.where);
    all.push_back(json);
  }
  return all;
}

Json outline_json(const CalledTarget& target) {
  const plan::Outline& outline = target.outline;
  Json json = Json::object();
  if (!outline.name.empty()) json["name"] = outline.name;
  if (!outline.description.empty()) json["description"] = outline.description;
  Json args = Json::array();
  for (const auto& argument : outline.arguments) {
    Json one = {{"name", argument.name}};
    if (!argument.description.empty()) one["description"] = argument.description;
    if (!argument.value.empty()) one["value"] = argument.value;
    one["location"] = location_json(argument.where);
    args.push_back(one);
  }
  if (!args.empty()) json["args"] = args;
  if (!outline.secrets.empty()) json["secrets"] = mounted_json(outline.secrets);
  if (!outline.ssh.empty()) json["ssh"] = mounted_json(outline.ssh);
  json["sources"] = {base::encode_base64(target.text)};
  return json;
}

Json targets_json(const CalledTarget& target) {
  Json targets = Json::array();
  for (const CalledStage& stage : target.stages) {
    Json one = Json::object();
    if (!stage.name.empty()) one["name"] = stage.name;
    if (stage.is_default) one["default"] = true;
    if (!stage.description.empty()) one["description"] = stage.description;
    one["base"] = stage.base;
    if (!stage.platform.empty()) one["platform"] = stage.platform;
    one["location"] = location_json(stage.where);
    targets.push_back(one);
  }
  return {{"targets", targets}, {"sources", {base::encode_base64(target.text)}}};
}

Json document(Call::Method method, const CalledTarget& target) {
  if (method == Call::Method::outline) return outline_json(target);
  if (method == Call::Method::targets) return targets_json(target);
  return check_json(target);
}

const char* name_of(Call::Method method) {
  if (method == Call::Method::outline) return "outline";
  return method == Call::Method::targets ? "targets" : "check";
}

std::string text_of(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string call_json(Call::Method method, const CalledTarget& target) {
  return text_of(document(method, target));
}

std::string bake_call_json(Call::Method method, const std::vector<CalledTarget>& targets,
                           const std::string& print_json) {
  Json json = Json::parse(print_json);
  Json all = Json::object();
  for (const CalledTarget& target : targets) {
    Json one = Json::object();
    if (json.contains("target") && json["target"].contains(target.name))
      one["build"] = json["target"][target.name];
    one[name_of(method)] = document(method, target);
    all[target.name] = one;
  }
  json["target"] = all;
  return text_of(json);
}

}  // namespace cooper::cli
