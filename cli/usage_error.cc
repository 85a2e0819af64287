#include "cli/usage_error.h"

#include "base/error.h"
#include "base/suggest.h"
#include "cli/cli_documents.h"

namespace cooper::cli {
namespace {

void add_flags(const CLI::App& app, std::vector<std::string>& names) {
  for (const CLI::Option* option : visible_options(app)) {
    for (const std::string& flag : flags_of(*option)) names.push_back(flag);
  }
}

// What `word` could have meant, given the commands that were understood.
std::string guess(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  add_flags(app, names);
  for (const CLI::App* command : app.get_subcommands()) add_flags(*command, names);
  if (app.get_subcommands().empty()) {
    for (const CLI::App* command : visible_commands(app)) names.push_back(command->get_name());
  }
  return base::did_you_mean(word.substr(0, word.find('=')), names);
}

std::string help_of(const CLI::App& app) {
  const auto used = app.get_subcommands();
  return "cooper " + (used.empty() ? std::string() : used.back()->get_name() + " ") +
         "--help explains it";
}

}  // namespace

std::string usage_error_text(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> left = app.remaining(true);
  std::string cause = error.what();
  std::string hint;
  if (!left.empty()) {
    const bool option = left.front().starts_with('-');
    const bool command = !option && app.get_subcommands().empty();
    cause = (option    ? "there is no option '"
             : command ? "there is no command '"
                       : "not expected: '") +
            left.front() + "'";
    hint = guess(app, left.front());
  }
  if (hint.empty()) hint = help_of(app);
  return "error: " + base::printable(cause) + "\nhint: " + base::printable(hint) + "\n";
}

}  // namespace cooper::cli
