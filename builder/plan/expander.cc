#include "builder/plan/expander.h"

#include <algorithm>

namespace cooper::plan {

std::string Expander::expanded(const std::string& text, char escape,
                               dockerfile::Quotes quotes) const {
  const auto lookup = [this](std::string_view name) { return state_.scope.get(name); };
  dockerfile::Expansion expansion = dockerfile::expand(text, lookup, escape, quotes);
  for (const std::string& name : expansion.unset) {
    const bool declared =
        std::any_of(state_.args.begin(), state_.args.end(),
                    [&](const DeclaredArg& argument) { return argument.name == name; });
    if (declared) continue;
    report_undefined_variable(reporter_, name, state_.scope.names(), instruction_);
  }
  return std::move(expansion.text);
}

std::string Expander::word(const std::string& text) const {
  return expanded(text, escape_, dockerfile::Quotes::process);
}

std::vector<std::string> Expander::words(const std::vector<std::string>& texts) const {
  std::vector<std::string> out;
  out.reserve(texts.size());
  for (const std::string& text : texts) out.push_back(word(text));
  return out;
}

std::string Expander::optional(const std::optional<std::string>& text) const {
  return text ? word(*text) : std::string();
}

std::vector<std::string> Expander::split(const std::string& text) const {
  static_cast<void>(word(text));  // for its remarks
  const auto lookup = [this](std::string_view name) { return state_.scope.get(name); };
  return dockerfile::expand_words(text, lookup, escape_);
}

std::string Expander::raw(const std::string& body) const {
  return expanded(body, '\\', dockerfile::Quotes::keep);
}

}  // namespace cooper::plan
