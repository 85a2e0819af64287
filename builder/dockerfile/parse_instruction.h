// Statement -> Instruction: what each keyword takes (rows P16 to P24).
#pragma once

#include <vector>

#include "builder/dockerfile/dockerfile.h"
#include "builder/dockerfile/statement.h"

namespace cooper::dockerfile {

// Throws base::Error(usage) with a spot; an unknown keyword gets the nearest known one as a hint.
[[nodiscard]] Instruction parse_instruction(const Statement& statement,
                                            std::vector<Warning>& warnings);

// The parsers by keyword; each throws as above.
[[nodiscard]] Payload parse_from(const Statement& statement);
[[nodiscard]] Payload parse_arg(const Statement& statement);
[[nodiscard]] Payload parse_env(const Statement& statement);
[[nodiscard]] Payload parse_label(const Statement& statement);
[[nodiscard]] Payload parse_run(const Statement& statement);
[[nodiscard]] Payload parse_copy(const Statement& statement);
[[nodiscard]] Payload parse_healthcheck(const Statement& statement);

// RUN, CMD and the others that take a JSON array or a shell text.
[[nodiscard]] Command parse_command(const Statement& statement, const Word& text);
// ADD, COPY, VOLUME: a JSON array or words between blanks; words of the JSON form stand at the
// whole rest.
struct WordList {
  bool json = false;
  std::vector<Word> words;
};
[[nodiscard]] WordList parse_word_list(const Statement& statement);
// Refuses every flag.
void refuse_flags(const Statement& statement);

}  // namespace cooper::dockerfile
