#include "builder/bake/input_language.h"

#include <map>
#include <string>

#include "builder/bake/compose.h"
#include "builder/bake/compose_yaml.h"
#include "builder/hcl/json_reader.h"

namespace cooper::bake {
namespace {

enum class Language { json, hcl, compose };

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return text;
}

bool looks_like_compose(std::string_view text, const Document& document) {
  try {
    return is_compose(read_yaml(text, document));
  } catch (const base::Error&) {
    return false;
  }
}

Language language_of(std::string_view text, const Document& document) {
  const std::string name = lower(document.name);
  if (name.ends_with(".json")) return Language::json;
  if (name.ends_with(".hcl")) return Language::hcl;
  if (name.ends_with(".yaml") || name.ends_with(".yml")) return Language::compose;
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first != std::string_view::npos && text[first] == '{') return Language::json;
  return looks_like_compose(text, document) ? Language::compose : Language::hcl;
}

const std::map<std::string, hcl::BlockType>& block_types() {
  static const std::map<std::string, hcl::BlockType> kTypes{
      {"variable", {1, {{"validation", {0, {}}}}}},
      {"function", {1, {}}},
      {"target", {1, {}}},
      {"group", {1, {}}}};
  return kTypes;
}

}  // namespace

Parsed parse_input(std::string_view text, const Document& document) {
  Parsed parsed;
  switch (language_of(text, document)) {
    case Language::hcl: parsed.body = hcl::read_hcl(text, document); break;
    case Language::json:
      parsed.body = hcl::json_body(hcl::read_json(text, document), block_types(), "a bake file");
      break;
    case Language::compose:
      parsed.compose = true;
      parsed.root = read_yaml(text, document);
      if (parsed.root.kind != Node::Kind::object) {
        fail_at(parsed.root.where,
                "a compose file must be a mapping, not " + describe(parsed.root.kind));
      }
      break;
  }
  return parsed;
}

}  // namespace cooper::bake
