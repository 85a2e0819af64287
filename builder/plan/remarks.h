// The diagnostics of one plan. Several targets read one Dockerfile: an equal remark is kept once.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "builder/check/reporter.h"
#include "builder/plan/plan.h"

namespace cooper::plan {

class Remarks {
 public:
  void add(Diagnostic diagnostic);
  // A finding in `file`; one that is an error is a violation too.
  void add(const dockerfile::Dockerfile& file, const check::Finding& finding);

  [[nodiscard]] std::vector<Diagnostic> take() { return std::move(diagnostics_); }
  // "lint violation found for rules: A, B", at the first of them.
  [[nodiscard]] std::optional<base::Error> violation() const;

 private:
  std::vector<Diagnostic> diagnostics_;
  std::set<std::string> violated_;
  std::optional<base::SourceSpot> first_;
};

// The reporter of one request's Dockerfile, with the options of the file or, before them, of the
// build argument BUILDKIT_DOCKERFILE_CHECK (row P14). Throws base::Error(usage) for options that
// cannot be read. `remarks` outlives it.
[[nodiscard]] check::Reporter make_reporter(const TargetRequest& request, Remarks& remarks);

// UndefinedVar: `name` is looked up and unset; `known` are the names that would have been set.
void report_undefined_variable(const check::Reporter& reporter, const std::string& name,
                               const std::vector<std::string>& known,
                               const dockerfile::Instruction& instruction);

}  // namespace cooper::plan
