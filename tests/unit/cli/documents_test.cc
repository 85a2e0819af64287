#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "base/limits.h"
#include "cli/app.h"
#include "cli/cli_documents.h"
#include "cli/usage_error.h"

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

TEST_CASE("docs/security.md lists every limit with what it is of") {
  const std::string text = file_text("security.md");
  for (const base::LimitRow& row : base::all_limits()) {
    CAPTURE(row.name);
    CHECK(text.find("| `" + std::string(row.name) + "` | ") != std::string::npos);
    CHECK(text.find(" | " + std::string(row.what) + " |\n") != std::string::npos);
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

TEST_CASE("a wrong word on the command line is named, with the nearest right one") {
  const auto text_of = [](const std::vector<std::string>& words) {
    const CommandLine line;
    std::vector<std::string> reversed(words.rbegin(), words.rend());
    try {
      line.app->parse(reversed);
    } catch (const CLI::ParseError& error) {
      return cli::usage_error_text(*line.app, error);
    }
    return std::string();
  };
  CHECK(text_of({"build", "--tga", "x", "."}) ==
        "error: there is no option '--tga'\nhint: did you mean '--tag'?\n");
  CHECK(text_of({"biuld", "."}) ==
        "error: there is no command 'biuld'\nhint: did you mean 'build'?\n");
  CHECK(text_of({"build", "--no-such-thing-at-all", "."}) ==
        "error: there is no option '--no-such-thing-at-all'\nhint: cooper build --help explains "
        "it\n");
  CHECK(text_of({"build"}).find("hint: cooper build --help explains it\n") != std::string::npos);
}
