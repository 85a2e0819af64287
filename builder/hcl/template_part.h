// A template cut into pieces, before directives are put together.
#pragma once

#include <string>
#include <vector>

#include "builder/hcl/expression.h"

namespace cooper::hcl {

struct TemplatePart {
  enum class Kind { literal, interpolation, if_, else_, endif, for_, endfor } kind = Kind::literal;
  Position where;
  std::string text;                              // literal
  Expression expression;                         // interpolation, if_, for_ (its collection)
  std::string name, key_name;                    // for_
  bool trim_before = false, trim_after = false;  // "~"
};

// "~" takes blanks from the literals beside it.
void trim_parts(std::vector<TemplatePart>& parts);

// "<<-": takes away the indentation that all lines have.
void flush_parts(std::vector<TemplatePart>& parts);

}  // namespace cooper::hcl
