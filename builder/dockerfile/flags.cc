#include "builder/dockerfile/flags.h"

#include <algorithm>
#include <utility>

#include "base/suggest.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {

Flags::Flags(const Statement& statement, std::initializer_list<FlagSpec> known) {
  for (const Word& flag : statement.flags) {
    const std::string_view text = std::string_view(flag.text).substr(2);
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    const auto spec = std::find_if(known.begin(), known.end(), [name](const FlagSpec& candidate) {
      return candidate.name == name;
    });
    if (spec == known.end()) {
      std::vector<std::string> names;
      for (const FlagSpec& candidate : known) names.push_back("--" + std::string(candidate.name));
      statement.fail_flag(flag, "unknown flag for " + statement.name + ": --" + std::string(name),
                          base::did_you_mean("--" + std::string(name), names));
    }
    std::optional<std::string> value;
    if (equals != std::string_view::npos) value = text.substr(equals + 1);
    read(statement, *spec, flag, std::move(value));
  }
}

void Flags::read(const Statement& statement, const FlagSpec& spec, const Word& flag,
                 std::optional<std::string> value) {
  const std::string name(spec.name);
  Given& given = given_[name];
  if (!given.words.empty() && spec.kind != FlagKind::list)
    statement.fail_flag(flag, "flag given twice: --" + name);
  const bool boolean = spec.kind == FlagKind::boolean;
  if (boolean ? value && value->empty() : !value)
    statement.fail_flag(flag, "missing a value on flag: --" + name);
  if (boolean) {
    const std::string lower = to_lower(value.value_or("true"));
    if (lower != "true" && lower != "false") {
      statement.fail_flag(flag, "flag --" + name + " takes true or false, not '" + *value + "'");
    }
    value = lower;
  }
  given.values.push_back(std::move(*value));
  given.words.push_back(flag);
}

std::optional<std::string> Flags::text(std::string_view name) const {
  const auto found = given_.find(name);
  if (found == given_.end()) return std::nullopt;
  return found->second.values.front();
}

std::optional<bool> Flags::boolean(std::string_view name) const {
  const auto value = text(name);
  if (!value) return std::nullopt;
  return *value == "true";
}

std::vector<std::string> Flags::list(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::vector<std::string>{} : found->second.values;
}

std::vector<Word> Flags::words(std::string_view name) const {
  const auto found = given_.find(name);
  return found == given_.end() ? std::vector<Word>{} : found->second.words;
}

}  // namespace cooper::dockerfile
