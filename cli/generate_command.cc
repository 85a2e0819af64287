// cooper generate: the manual page and the completions; hidden, for those who package cooper.
#include <iostream>
#include <memory>

#include "cli/cli_documents.h"
#include "cli/commands.h"
#include "cli/exit_code.h"

namespace cooper::cli {

void add_generate_command(CLI::App& app, const Globals&, int& exit_code) {
  CLI::App* command =
      app.add_subcommand("generate", "print the manual page or a shell's completions")->group("");
  const auto what = std::make_shared<std::string>();
  command->add_option("document", *what, "man, bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"man", "bash", "zsh", "fish"}));
  command->callback([what, &app, &exit_code] {
    if (*what == "man") std::cout << man_page(app);
    if (*what == "bash") std::cout << bash_completion(app);
    if (*what == "zsh") std::cout << zsh_completion(app);
    if (*what == "fish") std::cout << fish_completion(app);
    std::cout << std::flush;
    exit_code = kSuccess;
  });
}

}  // namespace cooper::cli
