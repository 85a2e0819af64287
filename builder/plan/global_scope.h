// The variables outside every stage: platform arguments (row A7) and the ARGs before the first FROM
// (row A1).
#pragma once

#include <set>
#include <string>

#include "builder/dockerfile/expand.h"
#include "builder/plan/remarks.h"
#include "builder/plan/scope.h"

namespace cooper::plan {

struct GlobalScope {
  Scope values;
  std::set<std::string> declared;  // every global ARG, with a value or without
};

[[nodiscard]] GlobalScope make_global_scope(const TargetRequest& request);
// The same as if no build argument was given (InvalidDefaultArgInFrom).
[[nodiscard]] GlobalScope make_default_scope(const TargetRequest& request);

// Predefined arguments need no ARG: proxies (A6), platforms (A7) and BuildKit's own (A8).
[[nodiscard]] bool is_predefined_argument(const std::string& name);
[[nodiscard]] bool is_proxy_argument(const std::string& name);

// FROM's words are expanded with the global variables alone. Throws base::Error(usage).
[[nodiscard]] dockerfile::Expansion expand_global(const std::string& text, const GlobalScope& scope,
                                                  char escape, const dockerfile::Instruction& from,
                                                  const check::Reporter& reporter);

}  // namespace cooper::plan
