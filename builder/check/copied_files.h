// Checks of what COPY and ADD take out of the build context: SecretFileCopied,
// DevelopmentFileCopied, IgnoreEntryMissing and BuildKit's CopyIgnoredFile.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "builder/check/reporter.h"
#include "builder/dockerfile/pattern.h"

namespace cooper::check {

// What is known of a build context without reading its files.
struct ContextFacts {
  dockerfile::IgnoreRules ignore;
  std::set<std::string> present;  // paths of kListedDirectories' entries, below the root
};

// The directories of a context whose names the checks want to know; "" is the root.
[[nodiscard]] const std::vector<std::string>& listed_directories();

// One COPY or ADD from the main context.
struct ContextCopy {
  const dockerfile::Instruction& instruction;
  bool add = false;
  std::vector<std::string> sources;  // expanded, as written otherwise; paths only
  std::vector<std::string> excludes;
  bool shipped = false;  // its layer is part of the image that is asked for
};

void check_copied_files(const ContextFacts& facts, const ContextCopy& copy,
                        const Reporter& reporter);

// True for a source that is the context's root.
[[nodiscard]] bool is_whole_context(const std::string& source);

}  // namespace cooper::check
