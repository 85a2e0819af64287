#include "cli/workflow_log.h"

#include <doctest/doctest.h>

#include "cli/git_facts.h"

using namespace cooper;

// security.S11
TEST_CASE("text of others holds no workflow command") {
  CHECK(cli::without_commands("::set-env name=X::y\n") == ": :set-env name=X::y\n");
  CHECK(cli::without_commands(" \t::error::x\n") == " \t: :error::x\n");
  CHECK(cli::without_commands("a ::error::x") == "a ::error::x");
  CHECK(cli::without_commands("x\r::error::y") == "x\r: :error::y");
  CHECK(cli::without_commands("##[error]x") == "# #[error]x");
  CHECK(cli::without_commands("a ##[error]x") == "a # #[error]x");
  CHECK(cli::without_commands("###[error]x") == "## #[error]x");
  CHECK(cli::without_commands("::::stop") == ": : : :stop");
  CHECK(cli::without_commands("") == "");
  CHECK(cli::without_commands("plain: text\n::") == "plain: text\n: :");
}

TEST_CASE("annotations are escaped") {
  CHECK(cli::escape_message("50% of\r\nit: a,b") == "50%25 of%0D%0Ait: a,b");
  CHECK(cli::escape_property("a:b,c%") == "a%3Ab%2Cc%25");
  base::Error error(base::ErrorKind::failure, "build", "app", "no: such, thing");
  error.with_hint("try 100%").with_spot({"a,b/Dockerfile", 3, 1, 1, "RUN x"});
  CHECK(cli::annotation(error, "cooper release") ==
        "::error title=cooper release,file=a%2Cb/Dockerfile,line=3::build 'app': no: such, "
        "thing%0Ahint: try 100%25\n");
  CHECK(cli::group_line("a\nb") == "::group::a%0Ab\n");
  CHECK(cli::mask_line("pass%word") == "::add-mask::pass%25word\n");
}

// security.C11
TEST_CASE("the address of the sources, without credentials") {
  CHECK(cli::source_url("https://user:secret@git.example/team/site.git") ==
        "https://git.example/team/site");
  CHECK(cli::source_url("http://git.example:3000/team/site/") ==
        "https://git.example:3000/team/site");
  CHECK(cli::source_url("git@git.example:team/site.git") == "https://git.example/team/site");
  CHECK(cli::source_url("ssh://git@git.example:2222/team/site.git") ==
        "https://git.example/team/site");
  CHECK(cli::source_url("ssh://git.example/team/site") == "https://git.example/team/site");
  CHECK(cli::source_url("/srv/git/site.git") == "");
  CHECK(cli::source_url("../site") == "");
  CHECK(cli::source_url("file:///srv/site") == "");
  CHECK(cli::source_url("") == "");
  CHECK(cli::source_url("https://git.example/a@b/site") == "https://git.example/a@b/site");
}
