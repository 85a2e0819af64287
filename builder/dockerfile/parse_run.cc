// RUN, COPY, ADD.
#include <utility>

#include "base/suggest.h"
#include "builder/dockerfile/flags.h"
#include "builder/dockerfile/mount.h"
#include "builder/dockerfile/parse_instruction.h"

namespace cooper::dockerfile {
namespace {

// The index of the flag's value in `names`; nullopt if the flag is not given.
std::optional<std::size_t> choice(const Statement& statement, const Flags& flags,
                                  const std::string& name, const std::vector<std::string>& names) {
  const auto value = flags.text(name);
  if (!value) return std::nullopt;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == *value) return i;
  }
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  std::string hint = base::did_you_mean(*value, names);
  statement.fail_flag(flags.words(name).front(), "invalid --" + name + " '" + *value + "'",
                      hint.empty() ? "known are: " + list : std::move(hint));
}

Mount mount_of(const Statement& statement, const Word& flag) {
  Mount mount;
  try {
    mount = parse_mount(std::string_view(flag.text).substr(std::string_view("--mount=").size()));
  } catch (const base::Error& error) {
    statement.fail_flag(flag, error.cause(), error.hint());
  }
  mount.where = range_of(*statement.source, *statement.line, flag.offset, flag.length);
  return mount;
}

std::optional<HeredocWord> heredoc_word(const Statement& statement, const Word& word) {
  try {
    return parse_heredoc_word(word.text);
  } catch (const base::Error& error) {
    statement.fail_word(word, error.cause());
  }
}

// Every argument but the last is a source, a path or a heredoc.
void read_sources(const Statement& statement, Copy& copy) {
  WordList list = parse_word_list(statement);
  if (list.words.size() < 2) {
    statement.fail_rest(statement.name + " needs at least two arguments: what, and where to");
  }
  const Word destination = list.words.back();
  list.words.pop_back();
  if (!list.json && heredoc_word(statement, destination)) {
    statement.fail_word(destination, "a heredoc cannot be the destination of " + statement.name);
  }
  copy.destination = destination.text;
  std::vector<Heredoc> heredocs = heredocs_of(statement);
  for (Word& word : list.words) {
    const auto heredoc = list.json ? std::nullopt : heredoc_word(statement, word);
    if (!heredoc) {
      copy.sources.push_back(std::move(word.text));
      continue;
    }
    const std::size_t index = copy.heredocs.size();
    if (index >= heredocs.size() || heredocs[index].name != heredoc->name) {
      statement.fail_word(word, "the heredoc '" + heredoc->name + "' has no body");
    }
    copy.heredocs.push_back(heredocs[index]);
  }
}

// "RUN <<-EOF" alone: the body is the script. Else the shell reads line and bodies, and it strips
// the tabs.
bool is_script(const Run& run) {
  if (run.command.exec_form || run.heredocs.size() != 1) return false;
  try {
    return parse_heredoc_word(run.command.text).has_value();
  } catch (const base::Error&) {
    return false;
  }
}

}  // namespace

Payload parse_run(const Statement& statement) {
  const Flags flags(
      statement,
      {{"mount", FlagKind::list}, {"network"}, {"security"}, {"device", FlagKind::list}});
  Run run;
  for (const Word& flag : flags.words("mount")) run.mounts.push_back(mount_of(statement, flag));
  const auto network = choice(statement, flags, "network", {"default", "none", "host"});
  run.network = static_cast<Network>(network.value_or(0));
  run.security = static_cast<Security>(
      choice(statement, flags, "security", {"sandbox", "insecure"}).value_or(0));
  run.devices = flags.list("device");
  run.command = parse_command(statement, {std::string(statement.rest), 0, statement.rest.size()});
  if (run.command.exec_form && run.command.argv.empty()) statement.fail_rest("RUN needs a command");
  run.heredocs = heredocs_of(statement);
  if (!is_script(run)) {
    for (std::size_t i = 0; i < run.heredocs.size(); ++i)
      run.heredocs[i].body = statement.heredocs[i].raw;
  }
  return run;
}

Payload parse_copy(const Statement& statement) {
  Copy copy;
  copy.add = statement.name == "ADD";
  const Flags flags = copy.add ? Flags(statement, {{"chown"},
                                                   {"chmod"},
                                                   {"link", FlagKind::boolean},
                                                   {"keep-git-dir", FlagKind::boolean},
                                                   {"checksum"},
                                                   {"unpack", FlagKind::boolean},
                                                   {"exclude", FlagKind::list}})
                               : Flags(statement, {{"from"},
                                                   {"chown"},
                                                   {"chmod"},
                                                   {"link", FlagKind::boolean},
                                                   {"parents", FlagKind::boolean},
                                                   {"exclude", FlagKind::list}});
  copy.from = flags.text("from");
  copy.chown = flags.text("chown");
  copy.chmod = flags.text("chmod");
  copy.checksum = flags.text("checksum");
  copy.link = flags.boolean("link");
  copy.parents = flags.boolean("parents");
  copy.keep_git_dir = flags.boolean("keep-git-dir");
  copy.unpack = flags.boolean("unpack");
  copy.excludes = flags.list("exclude");
  read_sources(statement, copy);
  return copy;
}

}  // namespace cooper::dockerfile
