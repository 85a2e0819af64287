// Text of a Dockerfile -> Dockerfile value. Pure: no file system, no environment, no clock.
//
// Limits: 4 MiB of text, 65535 bytes a physical line, 10,000 instructions; beyond them, and for any
// error of grammar, throws base::Error(usage) with a SourceSpot (file name as given, line, column,
// the physical line).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "builder/dockerfile/instruction.h"

namespace cooper::dockerfile {

struct Directives {
  std::string syntax;  // "# syntax=", recorded and otherwise ignored: no frontend image is ever run
  char escape = '\\';
  std::string check;
};

// A remark the parser makes in passing, named as BuildKit's checks name it (NoEmptyContinuation,
// ...).
struct Warning {
  std::string rule;
  std::string message;
  SourceRange where;
};

struct Stage {
  std::string name;                       // lower case, "" when unnamed
  SourceRange where;                      // of FROM
  Instruction from;                       // payload From
  std::vector<Instruction> instructions;  // after FROM, ARG included
};

struct Dockerfile {
  std::string file_name;           // for messages
  std::string text;                // as it was read
  std::vector<std::string> lines;  // physical lines, for carets
  Directives directives;
  std::vector<Instruction> global_args;  // ARG before the first FROM
  std::vector<Stage> stages;
  std::vector<Warning> warnings;
};

[[nodiscard]] Dockerfile parse_dockerfile(std::string_view text, std::string file_name);

// One ONBUILD trigger's text (of an image configuration) -> an instruction; `origin` names the
// image in errors.
[[nodiscard]] Instruction parse_trigger(std::string_view text, const std::string& origin);

// The lines of the instruction that holds `line` (from 1), in a text that need not be valid; `line`
// alone where there is none.
[[nodiscard]] SourceRange instruction_at(std::string_view text, int line);

// The spot of `where` in `file`, ready for Error::with_spot.
[[nodiscard]] base::SourceSpot spot(const Dockerfile& file, const SourceRange& where);

}  // namespace cooper::dockerfile
