// Where checks tell what they find.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "builder/check/check_options.h"
#include "builder/dockerfile/dockerfile.h"

namespace cooper::check {

struct Finding {
  std::string rule;
  std::string message;
  dockerfile::SourceRange where;
  bool error = false;  // "error=true" applies to it
};

// Keeps what the options of one Dockerfile and the comments of the instruction leave of it.
class Reporter {
 public:
  using Sink = std::function<void(Finding)>;
  Reporter(CheckOptions options, Sink sink)
      : options_(std::move(options)), sink_(std::move(sink)) {}

  void report(std::string_view rule, std::string message, const dockerfile::SourceRange& where,
              const std::vector<std::string>& comments) const {
    const CheckOptions options = comments.empty() ? options_ : with_comments(options_, comments);
    if (!options.wants(rule)) return;
    sink_({std::string(rule), std::move(message), where, options.error});
  }
  void report(std::string_view rule, std::string message,
              const dockerfile::Instruction& instruction) const {
    report(rule, std::move(message), instruction.where, instruction.comments);
  }

 private:
  CheckOptions options_;
  Sink sink_;
};

}  // namespace cooper::check
