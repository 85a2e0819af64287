#include "builder/check/rule.h"

#include <algorithm>

namespace cooper::check {

namespace {

#define COOPER_PAGE(name) "https://docs.docker.com/go/dockerfile/rule/" name "/"
const std::vector<Rule> kRules = {
    {"StageNameCasing", "Stage names should be lowercase", COOPER_PAGE("stage-name-casing")},
    {"FromAsCasing", "The 'as' keyword should match the case of the 'from' keyword",
     COOPER_PAGE("from-as-casing")},
    {"NoEmptyContinuation", "Empty continuation lines will become errors in a future release",
     COOPER_PAGE("no-empty-continuation")},
    {"ConsistentInstructionCasing",
     "All commands within the Dockerfile should use the same casing (either upper or lower)",
     COOPER_PAGE("consistent-instruction-casing")},
    {"DuplicateStageName", "Stage names should be unique", COOPER_PAGE("duplicate-stage-name")},
    {"ReservedStageName", "Reserved words should not be used as stage names",
     COOPER_PAGE("reserved-stage-name")},
    {"JSONArgsRecommended",
     "JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to "
     "OS signals",
     COOPER_PAGE("json-args-recommended")},
    {"MaintainerDeprecated",
     "The MAINTAINER instruction is deprecated, use a label instead to define an image author",
     COOPER_PAGE("maintainer-deprecated")},
    {"UndefinedArgInFrom", "FROM command must use declared ARGs",
     COOPER_PAGE("undefined-arg-in-from")},
    {"WorkdirRelativePath",
     "Relative workdir without an absolute workdir declared within the build can have "
     "unexpected results if the base image changes",
     COOPER_PAGE("workdir-relative-path")},
    {"UndefinedVar", "Variables should be defined before their use", COOPER_PAGE("undefined-var")},
    {"MultipleInstructionsDisallowed",
     "Multiple instructions of the same type should not be used in the same stage",
     COOPER_PAGE("multiple-instructions-disallowed")},
    {"LegacyKeyValueFormat", "Legacy key/value format with whitespace separator should not be used",
     COOPER_PAGE("legacy-key-value-format")},
    {"InvalidBaseImagePlatform", "Base image platform does not match expected target platform", ""},
    {"RedundantTargetPlatform",
     "Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the "
     "default behavior",
     COOPER_PAGE("redundant-target-platform")},
    {"SecretsUsedInArgOrEnv", "Sensitive data should not be used in the ARG or ENV commands",
     COOPER_PAGE("secrets-used-in-arg-or-env")},
    {"InvalidDefaultArgInFrom",
     "Default value for global ARG results in an empty or invalid base image name",
     COOPER_PAGE("invalid-default-arg-in-from")},
    {"FromPlatformFlagConstDisallowed", "FROM --platform flag should not use a constant value",
     COOPER_PAGE("from-platform-flag-const-disallowed")},
    {"CopyIgnoredFile", "Attempting to Copy file that is excluded by .dockerignore",
     COOPER_PAGE("copy-ignored-file")},
    {"InvalidDefinitionDescription",
     "Comment for build stage or argument should follow the format: `# <arg/stage name> "
     "<description>`. If this is not intended to be a description comment, add an empty line or "
     "comment between the instruction and the comment.",
     COOPER_PAGE("invalid-definition-description"), true},
    {"ExposeProtoCasing", "Protocol in EXPOSE instruction should be lowercase",
     COOPER_PAGE("expose-proto-casing")},
    {"ExposeInvalidFormat",
     "IP address and host-port mapping should not be used in EXPOSE instruction. This will "
     "become an error in a future release",
     COOPER_PAGE("expose-invalid-format")},
    {"IgnoredFlag", "The instruction takes no flags; what is given has no effect", ""},
    {"SecretFileCopied", "A file with secrets of the build context is copied into a layer", ""},
    {"DevelopmentFileCopied",
     "Files of the development machine are copied from the build context into the image", ""},
    {"InstallAfterSource",
     "Packages are installed after the source was copied, so every change of the source installs "
     "them again",
     ""},
    {"IgnoreEntryMissing",
     "The whole build context is copied and the ignore file leaves out what never belongs in an "
     "image",
     ""},
};
#undef COOPER_PAGE

}  // namespace

const std::vector<Rule>& rules() { return kRules; }

const Rule* find_rule(std::string_view name) {
  const auto& all = rules();
  const auto found =
      std::find_if(all.begin(), all.end(), [name](const Rule& rule) { return rule.name == name; });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace cooper::check
