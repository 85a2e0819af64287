// Shell completions: subcommands, their options, and files elsewhere.
#include "cli/cli_documents.h"

namespace cooper::cli {
namespace {

std::string words_of(const CLI::App& app) {
  std::string words;
  for (const CLI::Option* option : visible_options(app)) {
    for (const std::string& flag : flags_of(*option)) words += (words.empty() ? "" : " ") + flag;
  }
  return words;
}

std::string names_of(const CLI::App& app) {
  std::string names;
  for (const CLI::App* command : visible_commands(app)) {
    names += (names.empty() ? "" : " ") + command->get_name();
    for (const std::string& alias : command->get_aliases()) names += " " + alias;
  }
  return names;
}

// A command and its aliases as a shell's case pattern.
std::string pattern_of(const CLI::App& command) {
  std::string pattern = command.get_name();
  for (const std::string& alias : command.get_aliases()) pattern += "|" + alias;
  return pattern;
}

std::string shell_quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// For zsh's _arguments: [ ] and : have a meaning.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

void add_zsh_options(const CLI::App& app, std::string& out) {
  for (const CLI::Option* option : visible_options(app)) {
    for (const std::string& flag : flags_of(*option)) {
      std::string spec = "*" + flag + "[" + zsh_text(option->get_description()) + "]";
      if (takes_value(*option)) spec += ":value:_files";
      out += "        " + shell_quoted(spec) + " \\\n";
    }
  }
}

void add_fish_options(const CLI::App& app, const std::string& condition, std::string& out) {
  for (const CLI::Option* option : visible_options(app)) {
    const std::vector<std::string> flags = flags_of(*option);
    if (flags.empty()) continue;
    out += "complete -c cooper" + condition;
    for (const std::string& flag : flags)
      out += flag.starts_with("--") ? " -l " + flag.substr(2) : " -s " + flag.substr(1);
    if (takes_value(*option)) out += " -r";
    out += " -d " + shell_quoted(option->get_description()) + "\n";
  }
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string out =
      "# bash completion for cooper; made by 'cooper generate bash'.\n"
      "_cooper() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} command='' word words\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case $word in\n";
  std::string patterns;
  for (const CLI::App* command : visible_commands(app))
    patterns += (patterns.empty() ? "" : "|") + pattern_of(*command);
  out += "      " + patterns + ") command=$word; break ;;\n    esac\n  done\n  case $command in\n";
  for (const CLI::App* command : visible_commands(app)) {
    const std::string below = names_of(*command);
    out += "    " + pattern_of(*command) + ") words='" + words_of(*command) +
           (below.empty() ? "" : " " + below) + "' ;;\n";
  }
  return out + "    *) words='" + words_of(app) + " " + names_of(app) +
         "' ;;\n"
         "  esac\n"
         "  if [[ $current == -* || -z $command || $command == cache ]]; then\n"
         "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
         "  else\n"
         "    compopt -o default\n"
         "    COMPREPLY=()\n"
         "  fi\n"
         "}\n"
         "complete -F _cooper cooper\n";
}

std::string zsh_completion(const CLI::App& app) {
  std::string out =
      "#compdef cooper\n# zsh completion for cooper; made by 'cooper generate zsh'.\n_cooper() {\n "
      " local -a commands\n  commands=(\n";
  for (const CLI::App* command : visible_commands(app)) {
    out += "    " + shell_quoted(command->get_name() + ":" + zsh_text(command->get_description())) +
           "\n";
  }
  out += "  )\n  local context state line\n  _arguments -C \\\n";
  std::string options;
  add_zsh_options(app, options);
  out += options +
         "        '1: :->command' '*:: :->arguments'\n  case $state in\n    command) _describe "
         "command commands ;;\n    arguments)\n      case $line[1] in\n";
  for (const CLI::App* command : visible_commands(app)) {
    out += "      " + pattern_of(*command) + ")\n        _arguments \\\n";
    add_zsh_options(*command, out);
    const std::string below = names_of(*command);
    out += below.empty() ? "        '*: :_files' ;;\n" : "        '1: :(" + below + ")' ;;\n";
  }
  return out + "      esac ;;\n  esac\n}\n_cooper \"$@\"\n";
}

std::string fish_completion(const CLI::App& app) {
  std::string out = "# fish completion for cooper; made by 'cooper generate fish'.\n";
  for (const CLI::App* command : visible_commands(app)) {
    out += "complete -c cooper -n __fish_use_subcommand -f -a " + command->get_name() + " -d " +
           shell_quoted(command->get_description()) + "\n";
  }
  add_fish_options(app, "", out);
  for (const CLI::App* command : visible_commands(app)) {
    std::string names = command->get_name();
    for (const std::string& alias : command->get_aliases()) names += " " + alias;
    const std::string condition = " -n '__fish_seen_subcommand_from " + names + "'";
    add_fish_options(*command, condition, out);
    for (const CLI::App* below : visible_commands(*command)) {
      out += "complete -c cooper" + condition + " -f -a " + below->get_name() + " -d " +
             shell_quoted(below->get_description()) + "\n";
    }
  }
  return out;
}

}  // namespace cooper::cli
