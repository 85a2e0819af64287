#include "builder/plan/remarks.h"

#include <algorithm>

#include "base/suggest.h"
#include "builder/plan/text.h"

namespace cooper::plan {

void Remarks::add(Diagnostic diagnostic) {
  const auto equal = [&](const Diagnostic& other) {
    return other.rule == diagnostic.rule && other.message == diagnostic.message &&
           other.file == diagnostic.file && other.where == diagnostic.where;
  };
  if (std::any_of(diagnostics_.begin(), diagnostics_.end(), equal)) return;
  diagnostics_.push_back(std::move(diagnostic));
}

void Remarks::add(const dockerfile::Dockerfile& file, const check::Finding& finding) {
  if (finding.error) {
    violated_.insert(finding.rule);
    if (!first_) first_ = dockerfile::spot(file, finding.where);
  }
  add({finding.rule, finding.message, file.file_name, finding.where, &file});
}

std::optional<base::Error> Remarks::violation() const {
  if (violated_.empty()) return std::nullopt;
  const std::vector<std::string> rules(violated_.begin(), violated_.end());
  base::Error error(base::ErrorKind::failure, "check", first_->file,
                    "lint violation found for rules: " + join(rules, ", "));
  return error.with_spot(*first_);
}

check::Reporter make_reporter(const TargetRequest& request, Remarks& remarks) {
  const dockerfile::Dockerfile& file = *request.file;
  const auto given = request.build_args.find("BUILDKIT_DOCKERFILE_CHECK");
  check::CheckOptions options = check::parse_check_options(
      given == request.build_args.end() ? file.directives.check : given->second);
  return {std::move(options),
          [&remarks, &file](const check::Finding& finding) { remarks.add(file, finding); }};
}

void report_undefined_variable(const check::Reporter& reporter, const std::string& name,
                               const std::vector<std::string>& known,
                               const dockerfile::Instruction& instruction) {
  std::string message = "Usage of undefined variable '$" + name + "'";
  if (const auto near = base::nearest_name(name, known)) {
    message += " (did you mean $" + *near + "?)";
  }
  reporter.report("UndefinedVar", std::move(message), instruction);
}

}  // namespace cooper::plan
