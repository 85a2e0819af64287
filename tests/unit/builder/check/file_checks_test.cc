#include "builder/check/file_checks.h"

#include <doctest/doctest.h>

#include "builder/check/secret_names.h"

namespace cooper::check {
namespace {

using Words = std::vector<std::string>;

// "Rule:lines: message" of the whole file and of all its stages.
Words findings(const std::string& text, const std::string& options = "") {
  const dockerfile::Dockerfile file = dockerfile::parse_dockerfile(text, "Dockerfile");
  Words out;
  const Reporter reporter(parse_check_options(options), [&](const Finding& one) {
    std::string lines = std::to_string(one.where.first_line);
    if (one.where.last_line != one.where.first_line)
      lines += "-" + std::to_string(one.where.last_line);
    out.push_back(one.rule + ":" + lines + ": " + one.message);
  });
  check_file(file, reporter);
  for (const dockerfile::Stage& stage : file.stages) check_stage(stage, reporter);
  return out;
}

struct Row {
  const char* text;
  Words expected;
};

const std::vector<Row> kRows = {
    {"FROM scratch AS Base\n", {"StageNameCasing:1: Stage name 'Base' should be lowercase"}},
    {"FROM scratch as b\n", {"FromAsCasing:1: 'as' and 'FROM' keywords' casing do not match"}},
    {"from scratch AS b\n", {"FromAsCasing:1: 'AS' and 'from' keywords' casing do not match"}},
    {"FROM scratch\n# why\nCOPY a \\\n\n b\n", {"NoEmptyContinuation:5: Empty continuation line"}},
    {"From scratch as b\nFROM scratch AS c\n",
     {"ConsistentInstructionCasing:1: Command 'From' should match the case of the command "
      "majority (uppercase)"}},
    {"FROM scratch\ncopy a /a\nCOPY b \\\n /b\n",
     {"ConsistentInstructionCasing:2: Command 'copy' should match the case of the command "
      "majority (uppercase)"}},
    {"from scratch\nRUN a \\\n b\nrun c\n",
     {"ConsistentInstructionCasing:2-3: Command 'RUN' should match the case of the command "
      "majority (lowercase)"}},
    // One of each: capitals win.
    {"from scratch\nRUN a\n",
     {"ConsistentInstructionCasing:1: Command 'from' should match the case of the command "
      "majority (uppercase)"}},
    {"arg a=1\nFROM scratch\nRUN <<E\nrun x\nE\n", {}},
    {"FROM scratch AS b\nFROM scratch AS b\n",
     {"DuplicateStageName:2: Duplicate stage name \"b\", stage names should be unique"}},
    {"FROM scratch AS scratch\nFROM scratch AS context\n",
     {"ReservedStageName:1: Stage name should not use the same name as reserved stage \"scratch\"",
      "ReservedStageName:2: Stage name should not use the same name as reserved stage "
      "\"context\""}},
    {"FROM scratch\nMAINTAINER me\n",
     {"MaintainerDeprecated:2: Maintainer instruction is deprecated in favor of using label"}},
    {"FROM scratch\nENV a b\nLABEL c d\nENV e=f\n",
     {"LegacyKeyValueFormat:2: \"ENV key=value\" should be used instead of legacy \"ENV key "
      "value\" format",
      "LegacyKeyValueFormat:3: \"LABEL key=value\" should be used instead of legacy \"LABEL key "
      "value\" format"}},
    {"FROM scratch\nCMD [\"a\"]\nRUN x\nCMD [\"b\"]\nFROM scratch\nCMD [\"c\"]\n",
     {"MultipleInstructionsDisallowed:2: Multiple CMD instructions should not be used in the same "
      "stage because only the last one will be used"}},
    {"FROM scratch\nENV git_key= apikey=1 PUBLIC_KEY=x\nARG auth=1\n",
     {"SecretsUsedInArgOrEnv:2: Do not use ARG or ENV instructions for sensitive data (ENV "
      "\"git_key\")",
      "SecretsUsedInArgOrEnv:2: Do not use ARG or ENV instructions for sensitive data (ENV "
      "\"apikey\")",
      "SecretsUsedInArgOrEnv:3: Do not use ARG or ENV instructions for sensitive data (ARG "
      "\"auth\")"}},
    {"FROM scratch\n# check=skip=SecretsUsedInArgOrEnv // a name\nARG auth=1\n# "
     "check=skip=all\nENV token=1\n",
     {}},
};

}  // namespace

TEST_CASE("checks of the text alone") {
  for (const Row& row : kRows) {
    CAPTURE(row.text);
    CHECK(findings(row.text) == row.expected);
  }
}

TEST_CASE("descriptions are looked at when asked for") {
  const std::string text =
      "# bar is it\nARG foo=1\n# BasE is it\nFROM scratch AS base\n# what\nARG a=1 b=2\n"
      "# a is it\nARG a=2\n# text\n#\nARG c\n# not for this\nRUN x\n# check=skip=A\nARG d\n";
  CHECK(findings(text).empty());
  CHECK(findings(text, "experimental=all") ==
        Words{"InvalidDefinitionDescription:2: Comment for ARG should follow the format: `# foo "
              "<description>`",
              "InvalidDefinitionDescription:4: Comment for FROM should follow the format: `# base "
              "<description>`",
              "InvalidDefinitionDescription:6: Comment for ARG should follow the format: `# "
              "<arg_key> <description>`"});
}

TEST_CASE("P25 a description is the comment that begins with the name") {
  CHECK(description_of("foo", {"bar x", "foo is it", "foo too"}) == "is it");
  CHECK(description_of("foo", {"foobar x"}).empty());
  CHECK(description_of("", {" x"}).empty());
}

// security.C12
TEST_CASE("names of secrets") {
  for (const char* name : {"KEY", "api_key", "Secret_Message", "AUTH", "x_passwd_y", "credentials"})
    CHECK(is_secret_name(name));
  for (const char* name : {"monkey", "public_token", "PASSWORD_FILE", "AUTH_MODULE_VERSION", ""})
    CHECK_FALSE(is_secret_name(name));
}

}  // namespace cooper::check
