#include "builder/dockerfile/parse_instruction.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/suggest.h"
#include "builder/dockerfile/flags.h"
#include "builder/dockerfile/string_array.h"
#include "builder/dockerfile/text.h"

namespace cooper::dockerfile {
namespace {

std::string one_text(const Statement& statement) {
  refuse_flags(statement);
  if (statement.rest.empty()) statement.fail(statement.name + " needs exactly one argument");
  return std::string(statement.rest);
}

Payload parse_workdir(const Statement& statement) { return Workdir{one_text(statement)}; }
Payload parse_user(const Statement& statement) { return User{one_text(statement)}; }
Payload parse_maintainer(const Statement& statement) { return Maintainer{one_text(statement)}; }

Payload parse_stopsignal(const Statement& statement) {
  if (statement.rest.empty()) statement.fail("STOPSIGNAL needs exactly one argument");
  return StopSignal{std::string(statement.rest)};
}

Payload parse_volume(const Statement& statement) {
  refuse_flags(statement);
  Volume volume;
  for (const Word& word : parse_word_list(statement).words) {
    std::string path(trim(word.text));
    if (path.empty()) statement.fail_word(word, "VOLUME cannot be an empty string");
    volume.paths.push_back(std::move(path));
  }
  if (volume.paths.empty()) statement.fail("VOLUME needs at least one argument");
  return volume;
}

Payload parse_expose(const Statement& statement) {
  refuse_flags(statement);
  Expose expose;
  for (Word& word : split_blanks(statement.rest)) expose.ports.push_back(std::move(word.text));
  if (expose.ports.empty()) statement.fail("EXPOSE needs at least one argument");
  return expose;
}

Command whole_command(const Statement& statement) {
  refuse_flags(statement);
  return parse_command(statement, {std::string(statement.rest), 0, statement.rest.size()});
}

Payload parse_cmd(const Statement& statement) { return Cmd{whole_command(statement)}; }
Payload parse_entrypoint(const Statement& statement) {
  return Entrypoint{whole_command(statement)};
}

Payload parse_shell(const Statement& statement) {
  Command command = whole_command(statement);
  if (!command.exec_form) {
    statement.fail_rest("SHELL takes its arguments in JSON form",
                        "write SHELL [\"/bin/sh\", \"-c\"]");
  }
  if (command.argv.empty()) statement.fail_rest("SHELL needs at least one argument");
  return Shell{std::move(command.argv)};
}

Payload parse_onbuild(const Statement& statement) {
  refuse_flags(statement);
  if (statement.rest.empty()) statement.fail("ONBUILD needs exactly one argument");
  Statement trigger = nested_statement(statement);
  if (trigger.name == "ONBUILD") trigger.fail("ONBUILD ONBUILD is not allowed");
  if (trigger.name == "FROM" || trigger.name == "MAINTAINER") {
    trigger.fail(trigger.name + " is not allowed as an ONBUILD trigger");
  }
  trigger.heredocs = statement.heredocs;
  std::vector<Warning> warnings;
  static_cast<void>(parse_instruction(trigger, warnings));
  std::string text = statement.line->text.substr(trigger.keyword_offset);
  for (const HeredocText& heredoc : statement.heredocs)
    text += "\n" + heredoc.raw + heredoc.word.name;
  return OnBuild{std::move(text)};
}

struct Keyword {
  std::string_view name;
  Payload (*parse)(const Statement&);
  bool ignores_flags = false;  // row P16
};

constexpr std::array<Keyword, 18> kKeywords{{{"ADD", parse_copy},
                                             {"ARG", parse_arg, true},
                                             {"CMD", parse_cmd},
                                             {"COPY", parse_copy},
                                             {"ENTRYPOINT", parse_entrypoint},
                                             {"ENV", parse_env},
                                             {"EXPOSE", parse_expose},
                                             {"FROM", parse_from},
                                             {"HEALTHCHECK", parse_healthcheck},
                                             {"LABEL", parse_label},
                                             {"MAINTAINER", parse_maintainer},
                                             {"ONBUILD", parse_onbuild},
                                             {"RUN", parse_run},
                                             {"SHELL", parse_shell},
                                             {"STOPSIGNAL", parse_stopsignal, true},
                                             {"USER", parse_user},
                                             {"VOLUME", parse_volume},
                                             {"WORKDIR", parse_workdir}}};

const Keyword& find_keyword(const Statement& statement) {
  const auto found =
      std::find_if(kKeywords.begin(), kKeywords.end(),
                   [&statement](const Keyword& keyword) { return keyword.name == statement.name; });
  if (found != kKeywords.end()) return *found;
  std::vector<std::string> names;
  for (const Keyword& keyword : kKeywords) names.emplace_back(keyword.name);
  statement.fail("unknown instruction: " + statement.keyword,
                 base::did_you_mean(statement.keyword, names));
}

}  // namespace

void refuse_flags(const Statement& statement) { static_cast<void>(Flags(statement, {})); }

Command parse_command(const Statement& statement, const Word& text) {
  StringArray array = parse_string_array(text.text);
  if (array.form == StringArray::Form::mixed) {
    statement.fail_word(text, "only string type is supported in the JSON form");
  }
  Command command;
  command.exec_form = array.form == StringArray::Form::strings;
  command.argv = std::move(array.strings);
  if (!command.exec_form) command.text = text.text;
  return command;
}

WordList parse_word_list(const Statement& statement) {
  const Word whole{std::string(statement.rest), 0, statement.rest.size()};
  Command command = parse_command(statement, whole);
  if (!command.exec_form) return {false, split_blanks(statement.rest)};
  WordList list{true, {}};
  for (std::string& text : command.argv) list.words.push_back({std::move(text), 0, whole.length});
  return list;
}

Instruction parse_instruction(const Statement& statement, std::vector<Warning>& warnings) {
  const Keyword& keyword = find_keyword(statement);
  Instruction instruction;
  instruction.keyword = statement.keyword;
  instruction.original =
      trim(std::string_view(statement.line->text).substr(statement.keyword_offset));
  const SourceRange first =
      range_of(*statement.source, *statement.line, statement.keyword_offset, 1);
  instruction.where = {first.first_line, statement.line->last_line, first.first_column, 0};
  instruction.comments = statement.line->comments;
  instruction.payload = keyword.parse(statement);
  const auto* check = std::get_if<Healthcheck>(&instruction.payload);
  if (!statement.flags.empty() && (keyword.ignores_flags || (check != nullptr && check->none))) {
    warnings.push_back(
        {"IgnoredFlag", "flags of " + statement.name + " have no effect", instruction.where});
  }
  return instruction;
}

}  // namespace cooper::dockerfile
