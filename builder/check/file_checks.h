// The checks that need nothing but the text of a Dockerfile; they look at all of its stages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "builder/check/reporter.h"

namespace cooper::check {

// StageNameCasing, FromAsCasing, ConsistentInstructionCasing, DuplicateStageName,
// ReservedStageName, MaintainerDeprecated, InvalidDefinitionDescription, and what the parser
// remarked.
void check_file(const dockerfile::Dockerfile& file, const Reporter& reporter);

// The checks of one stage's own instructions, for stages that are built: LegacyKeyValueFormat,
// SecretsUsedInArgOrEnv, MultipleInstructionsDisallowed.
void check_stage(const dockerfile::Stage& stage, const Reporter& reporter);

// The text of the comment "# NAME text" among `comments` (row P25); "" if there is none.
[[nodiscard]] std::string description_of(std::string_view name,
                                         const std::vector<std::string>& comments);

// "text", with \ and " escaped, as Go's %q writes it for plain text.
[[nodiscard]] std::string quoted(std::string_view text);

}  // namespace cooper::check
