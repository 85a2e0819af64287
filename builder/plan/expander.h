// Expands the words of one instruction against one snapshot of the stage's variables (rows V5-V9),
// and remarks on variables that are not set. Change the scope only after the instruction's last
// word was expanded.
#pragma once

#include <string>
#include <vector>

#include "builder/dockerfile/expand.h"
#include "builder/plan/remarks.h"
#include "builder/plan/stage_state.h"

namespace cooper::plan {

class Expander {
 public:
  // All referenced values outlive the Expander. `escape` is the Dockerfile's.
  Expander(const StageState& state, char escape, const dockerfile::Instruction& instruction,
           const check::Reporter& reporter)
      : state_(state), escape_(escape), instruction_(instruction), reporter_(reporter) {}

  [[nodiscard]] std::string word(const std::string& text) const;
  [[nodiscard]] std::vector<std::string> words(const std::vector<std::string>& texts) const;
  // "" for nullopt.
  [[nodiscard]] std::string optional(const std::optional<std::string>& text) const;
  // One word that may become several (row V9).
  [[nodiscard]] std::vector<std::string> split(const std::string& text) const;
  // A here-document's body: quotes stay (row H5).
  [[nodiscard]] std::string raw(const std::string& body) const;

  [[nodiscard]] const dockerfile::Instruction& instruction() const { return instruction_; }
  // For what else is to be said about the instruction.
  void report(std::string_view rule, std::string message) const {
    reporter_.report(rule, std::move(message), instruction_);
  }

 private:
  [[nodiscard]] std::string expanded(const std::string& text, char escape,
                                     dockerfile::Quotes quotes) const;

  const StageState& state_;
  char escape_;
  const dockerfile::Instruction& instruction_;
  const check::Reporter& reporter_;
};

}  // namespace cooper::plan
