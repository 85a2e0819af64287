#include "builder/dockerfile/expand.h"

#include <utility>

#include "builder/dockerfile/word_processor.h"

namespace cooper::dockerfile {

Expansion expand(std::string_view word, const Lookup& lookup, char escape, Quotes quotes) {
  WordRules rules;
  rules.escape = escape;
  rules.quotes = quotes == Quotes::process ? QuoteRule::remove : QuoteRule::literal;
  WordProcessor processor(word, lookup, rules);
  processor.run();
  return {std::move(processor.text()),
          {processor.used().begin(), processor.used().end()},
          {processor.unset().begin(), processor.unset().end()}};
}

std::vector<std::string> expand_words(std::string_view word, const Lookup& lookup, char escape) {
  WordRules rules;
  rules.escape = escape;
  rules.split = true;
  WordProcessor processor(word, lookup, rules);
  processor.run();
  return std::move(processor.words());
}

}  // namespace cooper::dockerfile
