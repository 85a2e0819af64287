// The diagnostics of one plan. Several targets read one Dockerfile: an equal remark is kept once.
#pragma once

#include <string>
#include <vector>

#include "builder/plan/plan.h"

namespace cooper::plan {

class Remarks {
 public:
  void add(Diagnostic diagnostic);
  // Rule UndefinedVar: `name` is looked up and unset; `known` are the names that would have been
  // set.
  void undefined_variable(const std::string& name, const std::vector<std::string>& known,
                          const std::string& file_name, const dockerfile::SourceRange& where);
  // Rule UndefinedArgInFrom.
  void undefined_from_argument(const std::string& name, const std::vector<std::string>& known,
                               const std::string& file_name, const dockerfile::SourceRange& where);
  [[nodiscard]] std::vector<Diagnostic> take() { return std::move(diagnostics_); }

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace cooper::plan
