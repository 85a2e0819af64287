#include "builder/dockerfile/git_reference.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"

using namespace cooper;
using dockerfile::GitReference;
using dockerfile::try_parse_git_reference;

TEST_CASE("C19 what is a repository and what is not") {
  for (const char* text : {"https://host/team/site.git", "http://host:3000/site.git#main",
                           "ssh://git@host/site", "git://host/site", "git@host:team/site.git",
                           "github.com/team/site", "HTTPS://host/x.git?ref=main"}) {
    CAPTURE(text);
    CHECK(try_parse_git_reference(text));
  }
  for (const char* text :
       {"https://host/site", "https://host/site.git.tar", "./git@host:x", "../x.git", "site.git",
        "/srv/site.git", "file:///srv/site.git", "ext::sh -c x", "a b@host:x", "@host:x", "user@:x",
        "http://host/x#y.git", ""}) {
    CAPTURE(text);
    CHECK_FALSE(try_parse_git_reference(text));
  }
}

TEST_CASE("C19 the parts of an address") {
  const GitReference plain = *try_parse_git_reference("https://u:p@host:8443/a/b.git#v1:docs/x");
  CHECK(plain.remote == "https://u:p@host:8443/a/b.git");
  CHECK(plain.host == "host:8443");
  CHECK(plain.ref == "v1");
  CHECK(plain.subdir == "docs/x");
  CHECK_FALSE(plain.over_ssh);
  const GitReference query = *try_parse_git_reference(
      "git@host:x.git?branch=a%2Fb&subdir=s&keep-git-dir&submodules=false&commit=AB12&mtime="
      "commit");
  CHECK(query.remote == "git@host:x.git");
  CHECK(query.host == "host");
  CHECK(query.ref == "refs/heads/a/b");
  CHECK(query.subdir == "s");
  CHECK(query.keep_git_dir == true);
  CHECK(query.submodules == false);
  CHECK(query.checksum == "ab12");
  CHECK(query.commit_times == true);
  CHECK(query.over_ssh);
  CHECK(try_parse_git_reference("https://h/x.git?tag=v1")->ref == "refs/tags/v1");
  CHECK(try_parse_git_reference("https://h/x.git?ref=a#a")->ref == "a");
  CHECK(try_parse_git_reference("github.com/team/site")->looks_local);
  CHECK(try_parse_git_reference("github.com/team/site")->remote == "https://github.com/team/site");
}

// security.D14
TEST_CASE("C19 D14 what git could take for something else is refused") {
  for (const char* text :
       {"https://h/x.git#--upload-pack=touch", "https://h/x.git#-x", "https://h/x.git?ref=-x",
        "https://h/x.git#a..b", "https://h/x.git#a b", "https://h/x.git#a^{}", "https://h/x.git#/a",
        "https://h/x.git#a@{1}", "https://h/x.git?checksum=xyz", "https://h/x.git?brunch=a",
        "https://h/x.git?ref=a#b", "https://h/x.git?ref=a&ref=a", "https://h/x.git?ref",
        "https://h/x.git?tag=a&branch=b", "https://h/x.git?keep-git-dir=perhaps",
        "https://h/x.git?mtime=never", "https://h/x.git#a\nb", "ssh://-oProxyCommand=x/y",
        "-u@host:x"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(static_cast<void>(try_parse_git_reference(text)), base::Error);
  }
}

TEST_CASE("commits are named by 40 or 64 digits") {
  CHECK(dockerfile::is_commit(std::string(40, 'a')));
  CHECK(dockerfile::is_commit(std::string(64, '0')));
  CHECK_FALSE(dockerfile::is_commit(std::string(39, 'a')));
  CHECK_FALSE(dockerfile::is_commit(std::string(40, 'g')));
}
