#include "builder/plan/remarks.h"

#include <algorithm>

#include "base/suggest.h"

namespace cooper::plan {

void Remarks::add(Diagnostic diagnostic) {
  const auto equal = [&](const Diagnostic& other) {
    return other.rule == diagnostic.rule && other.message == diagnostic.message &&
           other.file_name == diagnostic.file_name && other.where == diagnostic.where;
  };
  if (std::any_of(diagnostics_.begin(), diagnostics_.end(), equal)) return;
  diagnostics_.push_back(std::move(diagnostic));
}

void Remarks::undefined_variable(const std::string& name, const std::vector<std::string>& known,
                                 const std::string& file_name,
                                 const dockerfile::SourceRange& where) {
  std::string message = "usage of undefined variable '$" + name + "'";
  if (const auto near = base::nearest_name(name, known)) {
    message += " (did you mean $" + *near + "?)";
  }
  add({"UndefinedVar", std::move(message), file_name, where});
}

void Remarks::undefined_from_argument(const std::string& name,
                                      const std::vector<std::string>& known,
                                      const std::string& file_name,
                                      const dockerfile::SourceRange& where) {
  std::string message = "FROM argument '" + name + "' is not declared";
  if (const auto near = base::nearest_name(name, known)) {
    message += " (did you mean " + *near + "?)";
  }
  add({"UndefinedArgInFrom", std::move(message), file_name, where});
}

}  // namespace cooper::plan
