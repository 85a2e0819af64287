#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "cli/app.h"
#include "cli/cli_documents.h"

using namespace cooper;

namespace {

struct CommandLine {
  cli::Globals globals;
  int exit_code = 0;
  std::unique_ptr<CLI::App> app = cli::make_app(globals, exit_code);
};

std::string file_text(const std::string& name) {
  std::ifstream file(std::string(COOPER_TEST_DATA) + "/../../docs/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the documents of the tree are those of the command line (else: cooper generate)") {
  const CommandLine line;
  CHECK(file_text("cooper.1") == cli::man_page(*line.app));
  CHECK(file_text("completions/cooper.bash") == cli::bash_completion(*line.app));
  CHECK(file_text("completions/_cooper") == cli::zsh_completion(*line.app));
  CHECK(file_text("completions/cooper.fish") == cli::fish_completion(*line.app));
}

TEST_CASE("docs/cli.md names every command, and every option of build and bake") {
  const CommandLine line;
  const std::string text = file_text("cli.md");
  for (const CLI::App* command : cli::visible_commands(*line.app)) {
    CAPTURE(command->get_name());
    CHECK(text.find("`" + command->get_name()) != std::string::npos);
    if (command->get_name() != "build" && command->get_name() != "bake") continue;
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& flag : cli::flags_of(*option)) {
        CAPTURE(flag);
        if (flag.starts_with("--")) CHECK(text.find(flag) != std::string::npos);
      }
    }
  }
}

TEST_CASE("every command explains itself with an example") {
  const CommandLine line;
  for (const CLI::App* command : cli::visible_commands(*line.app)) {
    CAPTURE(command->get_name());
    CHECK(command->get_footer().find("Example") != std::string::npos);
    CHECK_FALSE(command->get_description().empty());
  }
}
